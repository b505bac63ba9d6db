/** Entry for workerd: answers the report to a request of `/?origin=…`. */
import { runSuite } from './suite.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const origin = new URL(request.url).searchParams.get('origin') ?? '';
    return Response.json(await runSuite({ origin, byDefault: true }));
  },
};
