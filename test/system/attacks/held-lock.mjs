/** A broken gateway drips its answer to one signed request, which holds the lock for all signed requests. */
import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { activated, attack, outcome, PIN, POSSESSION, startServer } from './lib.mjs';

await attack('one answer without an end that stops all other signed calls', async (stage) => {
  const server = await startServer(stage);
  const { hostname, port } = new URL(server.baseUrl);
  let drips = false;
  const gateway = createServer((request, response) => {
    if (drips && request.url?.endsWith('/signature/validate')) {
      drips = false;
      gateway.emit('drips');
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 300);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const { method, url: path, headers } = request;
    request.pipe(
      send({ hostname, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  stage.atEnd(() => {
    gateway.close();
    gateway.closeAllConnections();
  });
  const address = /** @type {import('node:net').AddressInfo} */ (gateway.address());
  const baseEndpointUrl = `http://127.0.0.1:${address.port}`;
  const { powerAuth } = await activated(server, {
    configuration: { ...server.configuration, baseEndpointUrl },
    client: { connectionTimeout: 1, readTimeout: 1 },
  });
  drips = true;
  const begun = performance.now();
  const first = powerAuth.validatePassword(PIN);
  first.catch(() => undefined);
  // From here on the lock is held.
  await once(gateway, 'drips');
  const calls = {
    'validatePassword, whose answer drips': first,
    requestAccessToken: powerAuth.tokenStore.requestAccessToken('token', POSSESSION),
    validatePassword: powerAuth.validatePassword(PIN),
    fetchEncryptionKey: powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password(PIN), 1),
  };
  const limit = new Promise((resolve) => setTimeout(resolve, 10_000, 'still waiting').unref());
  const ended = Object.entries(calls).map(async ([name, call]) => {
    const how = await Promise.race([outcome(call), limit]);
    const expected = name.includes('drips') ? 'NETWORK_ERROR' : 'resolved';
    stage.saw(`${name}: ${how} after ${(performance.now() - begun).toFixed(0)} ms`, how === expected);
  });
  await Promise.all(ended);
});
