/** Answers that are made to exhaust the client: too long, too deep, compressed, redirected, or without an end. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { attack, configured, startServer } from './lib.mjs';

const LIMIT = 4000;
const ANSWERS = {
  'one byte every 0.3 s, without an end'(response) {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 300);
    response.on('close', () => clearInterval(timer));
  },
  '100 MB out of a few kB of gzip'(response) {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(100e6)));
  },
  'a redirect'(response) {
    response.writeHead(307, { location: 'http://127.0.0.1:1/' });
    response.end();
  },
  async '200 000 chunks of one byte'(response) {
    response.writeHead(200);
    for (let i = 0; i < 200_000 && !response.destroyed; i++) {
      response.write('[');
      if (i % 2000 === 0) await turn();
    }
    response.end();
  },
  '500 000 brackets'(response) {
    response.end('['.repeat(500_000));
  },
  'an object with another prototype'(response) {
    response.end('{"__proto__":{"polluted":1},"status":"OK","responseObject":{"__proto__":{"jwt":"a.b.c"}}}');
  },
};

await attack('a client that hangs, swells or is polluted by an answer', async (stage) => {
  /** @type {(response: import('node:http').ServerResponse) => unknown} */
  let answer = () => undefined;
  const hostile = createServer((_request, response) => void answer(response)).listen(0, '127.0.0.1');
  await once(hostile, 'listening');
  stage.atEnd(() => {
    hostile.close();
    hostile.closeAllConnections();
  });
  const server = await startServer(stage);
  const address = /** @type {import('node:net').AddressInfo} */ (hostile.address());
  const baseEndpointUrl = `http://127.0.0.1:${address.port}`;
  const powerAuth = await configured(
    { ...server.configuration, baseEndpointUrl },
    { client: { connectionTimeout: 1, readTimeout: 1 } },
  );
  for (const [name, give] of Object.entries(ANSWERS)) {
    answer = give;
    const [begun, before] = [performance.now(), process.memoryUsage.rss()];
    const call = powerAuth
      .getEncryptorForApplicationScope()
      .encryptRequest('x')
      .then(
        () => 'resolved',
        ({ code }) => code,
      );
    const limit = new Promise((resolve) => setTimeout(resolve, LIMIT, 'still waiting').unref());
    const code = await Promise.race([call, limit]);
    const took = performance.now() - begun;
    const swollen = (process.memoryUsage.rss() - before) / 1e6;
    const held = /^(?:NETWORK|RESPONSE|ENCRYPTION)_ERROR$/.test(code) && swollen < 150;
    stage.saw(`${name}: ${code} after ${took.toFixed(0)} ms`, held && {}.polluted === undefined);
  }
});
