/** A server of an application, whose answers a test decides. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';

/** A request as it came. */
export interface Arrived {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What is answered; nothing means 200 and an empty body. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A running server. */
export interface Origin {
  readonly url: string;
  readonly arrived: Arrived[];
}

/** Starts one, which ends with the test. */
export async function testOrigin(reply: (request: Arrived) => Reply | Promise<Reply>): Promise<Origin> {
  const arrived: Arrived[] = [];
  const server = createServer((message, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
      const { method = 'GET', url = '/', headers } = message;
      const request = { method, url, headers, body: Buffer.concat(chunks) };
      arrived.push(request);
      const { status = 200, headers: own = {}, body = '' } = await reply(request);
      response.writeHead(status, own).end(body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}

/** The value of a header that came once. */
export const valueOf = ({ headers }: Arrived, name: string): string | undefined => {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
};

export const TOKEN = 'X-PowerAuth-Token';
export const SIGNATURE = 'X-PowerAuth-Authorization';

/** 200 for a good token, otherwise 401: what a bank's own server does. */
export const checksToken =
  (server: PowerAuthTestServer) =>
  (request: Arrived): Reply => ({ status: server.verifyToken(valueOf(request, TOKEN)) ? 200 : 401 });
