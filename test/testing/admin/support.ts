/**
 * A test server with its admin API.
 *
 * @module
 */

import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { createAdmin } from '../../../src/testing/admin/http.ts';
import type { Interceptor } from '../../../src/testing/http.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { startServer } from '../../../src/testing/start.ts';
import type { PowerAuthTestServerOptions } from '../../../src/testing/types.ts';

/** An answer of the admin API. */
export interface AdminReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Undefined if there is none. */
  readonly body: unknown;
}

/** Asks the admin API; a path such as `/tokens`. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<AdminReply>;

/** A server that ends with the test. */
export async function adminServer(
  options: PowerAuthTestServerOptions = {},
  token?: string,
): Promise<{ readonly server: PowerAuthTestServer; readonly ask: Ask }> {
  let admin: Interceptor = () => false;
  const server = await startServer(options, (message, response) => admin(message, response));
  onTestFinished(() => server.close());
  admin = createAdmin(server, { token });
  const ask: Ask = async (method, path, body, headers = {}) => {
    // Not fetch, which sets some headers itself.
    const sent = request(`${server.baseUrl}/admin${path}`, { method, headers });
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of reply as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return {
      status: reply.statusCode ?? 0,
      headers: reply.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  };
  return { server, ask };
}
