/** A route handler. */
import { job } from '../../../job.mjs';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await job('route'));
}
