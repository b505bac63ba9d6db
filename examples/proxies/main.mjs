#!/usr/bin/env node
/**
 * Runs both proxies in front of the embedded server, and sends requests through them. Needs a build.
 *
 *     node examples/proxies/main.mjs
 *
 * @module
 */
import { once } from 'node:events';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { powerAuthFetch } from 'powerauth-wasm/fetch';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { expressProxy } from './express.mjs';
import { fastifyProxy } from './fastify.mjs';

const server = await startPowerAuthTestServer();
const { activationId, activationCode } = server.createActivation();
const powerAuth = new PowerAuth('proxies');
// The embedded server uses http://, on this machine only.
const client = { enableUnsecureTraffic: true };
await powerAuth.configure(server.configuration, client, undefined, { storage: memoryStorage() });
await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'Proxy'));
await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
server.commitActivation(activationId);

const bank = powerAuthFetch(powerAuth, {
  origins: [server.baseUrl],
  token: { name: 'api', authentication: () => PowerAuthAuthentication.possession() },
});
const express = expressProxy(bank, server.baseUrl).listen(0, '127.0.0.1');
await once(express, 'listening');
const address = express.address();
const fastify = fastifyProxy(bank, server.baseUrl);
const proxies = {
  express: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
  fastify: await fastify.listen({ host: '127.0.0.1', port: 0 }),
};

for (const [name, url] of Object.entries(proxies)) {
  const get = await fetch(`${url}/bank/api/possession/token?page=1`);
  for (const { tokenId } of server.tokens) server.removeToken(tokenId); // as the bank may
  const post = await fetch(`${url}/bank/api/possession/token`, { method: 'POST', body: '{"amount":"100"}' });
  const missing = await fetch(`${url}/bank/nothing`);
  console.log(`${name}: ${get.status} ${post.status} ${missing.status}`);
}
const { path, query, body } = server.requests.find(({ query }) => query !== '') ?? {};
console.log(`the bank got ${path}${query} ${body === '' ? 'without a body' : body}`);
console.log(
  `and ${server.requests.findLast(({ method, path }) => method === 'POST' && path.startsWith('/api'))?.body}`,
);

express.close();
await fastify.close();
await powerAuth.deconfigure();
await server.close();
