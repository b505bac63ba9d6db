/**
 * A proxy for Fastify: what comes to `/bank/…` goes to the bank with a header of the token.
 *
 * @module
 */
import fastify from 'fastify';
import { forward } from './forward.mjs';

/**
 * @param {import('powerauth-wasm/fetch').PowerAuthFetch} bank
 * @param {string} base the bank's origin
 */
export function fastifyProxy(bank, base) {
  const app = fastify({ bodyLimit: 1 << 20 });
  // The bytes as they came, whatever they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.all('/bank/*', async (request, reply) => {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const { method, url, headers, body } = request;
    const path = url.slice('/bank'.length);
    const given = Buffer.isBuffer(body) ? Uint8Array.from(body) : undefined;
    const answer = await forward(bank, base, { method, path, headers, body: given, signal: gone.signal });
    return reply
      .code(answer.status)
      .headers(Object.fromEntries(answer.headers))
      .send(Buffer.from(answer.body));
  });
  return app;
}
