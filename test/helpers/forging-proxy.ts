import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';

/** Makes an answer of the genuine one; undefined where the server is not asked, or of what it last said. */
export type Forgery = (genuine: string | undefined) => string;

/** Somebody between client and server who reads what both say, and answers in the server's place. */
export interface ForgingProxy {
  readonly configuration: PowerAuthTestServer['configuration'];
  /** By path. The server is not asked, and the status is 200. */
  readonly forgeries: Map<string, Forgery>;
  /** By path. The server does its work, and its answer is altered. */
  readonly alterations: Map<string, Forgery>;
  /** By path. The request has arrived, and is passed on when the promise resolves. */
  readonly gates: Map<string, () => Promise<unknown>>;
}

/** A proxy in front of `server`, which ends with the test. */
export async function forgingProxy(server: PowerAuthTestServer): Promise<ForgingProxy> {
  const forgeries = new Map<string, Forgery>();
  const alterations = new Map<string, Forgery>();
  const gates = new Map<string, () => Promise<unknown>>();
  const seen = new Map<string, string>();
  const proxy = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const forge = forgeries.get(url);
    const answer = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      await gates.get(url)?.();
      if (forge !== undefined) {
        response.end(forge(seen.get(url)));
        return;
      }
      const sent = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
          ? [[name, value] as [string, string]]
          : [],
      );
      const genuine = await fetch(server.baseUrl + url, {
        method,
        headers: sent,
        body: Buffer.concat(chunks),
      });
      const body = await genuine.text();
      seen.set(url, body);
      response.statusCode = genuine.status;
      response.end(alterations.get(url)?.(body) ?? body);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const baseEndpointUrl = `http://127.0.0.1:${port}`;
  return { configuration: { ...server.configuration, baseEndpointUrl }, forgeries, alterations, gates };
}
