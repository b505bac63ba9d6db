/**
 * A proxy for Express: what comes to `/bank/…` goes to the bank with a header of the token.
 *
 * @module
 */
import express from 'express';
import { forward } from './forward.mjs';

/**
 * @param {import('powerauth-wasm/fetch').PowerAuthFetch} bank
 * @param {string} base the bank's origin
 */
export function expressProxy(bank, base) {
  const app = express();
  // The bytes as they came, whatever they are.
  app.use('/bank', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const body = Buffer.isBuffer(request.body) ? request.body : undefined;
    const { method, url: path, headers } = request;
    const answer = await forward(bank, base, { method, path, headers, body, signal: gone.signal });
    response.status(answer.status).set(Object.fromEntries(answer.headers)).end(answer.body);
  });
  return app;
}
