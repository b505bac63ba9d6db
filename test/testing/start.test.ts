/** Where a server listens, and how it forgets. */
import { get } from 'node:https';
import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../src/index.ts';
import { activated, testServer } from '../helpers/client.ts';
import { selfSignedCertificate } from '../helpers/certificate.ts';

test('it listens to all addresses of this machine if told to, and has the URL of one', async () => {
  const server = await testServer({ host: '0.0.0.0' });
  expect(server.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${server.baseUrl}/pa/v3/status`, { method: 'POST' })).status).toBe(200);
});

test('with a certificate it speaks TLS', async () => {
  const { certificate: cert, key } = selfSignedCertificate();
  const server = await testServer({ host: 'localhost', tls: { cert, key } });
  expect(server.baseUrl).toMatch(/^https:\/\/localhost:\d+$/);
  expect(server.configuration.baseEndpointUrl).toBe(server.baseUrl);
  const status = await new Promise((resolve, reject) => {
    get(`${server.baseUrl}/api/protected/token`, { ca: cert }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  expect(status).toBe(401);
});

test('reset forgets all but the keys, and clients see that their activation is gone', async () => {
  const { server, powerAuth, activationId } = await activated();
  await powerAuth.tokenStore.requestAccessToken('api', PowerAuthAuthentication.possession());
  server.faults.add({ path: '/other', status: 500 });
  server.clockOffset = 1000;
  const { configuration } = server;
  server.reset();
  expect(server.activations).toEqual([]);
  expect(server.activation(activationId)).toBeUndefined();
  expect([server.tokens, server.requests, server.clockOffset]).toEqual([[], [], 0]);
  expect(server.configuration).toEqual(configuration);
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('api');
  expect(server.verifyToken(value)).toBeUndefined();
  expect((await fetch(`${server.baseUrl}/other`)).status).toBe(404);
  const { activationCode } = server.createActivation();
  expect(activationCode).toContain('#');
});
