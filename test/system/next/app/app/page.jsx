/** A server component. */
import { job } from '../job.mjs';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <pre>{JSON.stringify(await job('page'))}</pre>;
}
