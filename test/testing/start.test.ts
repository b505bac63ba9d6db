/** Where a server listens, and how it forgets. */
import { once } from 'node:events';
import { get } from 'node:https';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { expect, test } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { startPowerAuthTestServer } from '../../src/testing/index.ts';
import { activated, testServer } from '../helpers/client.ts';
import { selfSignedCertificate } from '../helpers/certificate.ts';
import { rejection } from '../helpers/storage.ts';

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

test('its end waits for no connection, not even for one in its TLS handshake', async () => {
  const { certificate: cert, key } = selfSignedCertificate();
  const server = await testServer({ tls: { cert, key } });
  const port = Number(new URL(server.baseUrl).port);
  const half = connect(port, '127.0.0.1');
  // The server accepts them in this order.
  const whole = connectSecurely({ port, host: '127.0.0.1', ca: cert });
  await Promise.all([once(half, 'connect'), once(whole, 'secureConnect')]);
  const closed = [half, whole].map((socket) => {
    socket.on('error', () => undefined);
    return once(socket.resume(), 'close');
  });
  await server.close();
  await Promise.all(closed);
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

test.each([
  [{ like: '3.0' }, 'like: expected one of 1.9, 2.2, got a string of 3 characters'],
  [{ alowOrigin: '*' }, 'alowOrigin: expected no field of this name, only like'],
  [
    { allowOrigin: 'http://localhost:5173/' },
    'allowOrigin: expected an origin such as http://localhost:5173',
  ],
  [{ port: '8080' }, 'port: expected a whole number from 0 to 65535, got a string'],
  [{ port: 65_536 }, 'port: expected a whole number from 0 to 65535, got 65536'],
  [{ host: '' }, 'host: expected a non-empty string, got an empty string'],
  [{ state: '' }, 'state: expected a non-empty string, got an empty string'],
  [{ keys: {} }, 'keys.applicationKey: expected Base64 of 16 bytes, got undefined'],
  [{ tls: { cert: 'x' } }, 'tls.key: expected a non-empty string, got undefined'],
  [{ tls: { cert: 'x', key: 'y' } }, 'tls.cert: expected a certificate in PEM, got something else (ERR_'],
  [
    { backEnd: 'yes' },
    'backEnd: expected true, false, or an object with username and password, got a string',
  ],
  [{ backEnd: { username: 'a:b', password: 'p' } }, 'backEnd.username: expected a non-empty string without'],
  [
    { routes: [{ path: '/x', by: 'tokens', answer: () => ({}) }] },
    'routes[0].by: expected one of token, signature',
  ],
  [{ routes: [{ path: '/x', by: 'token' }] }, 'routes[0].answer: expected a function, got undefined'],
  [{ oauth2Providers: [{ providerId: 'x' }] }, 'oauth2Providers[0].issuerUri: expected a non-empty string'],
  [{ tokenWindow: { back: -1, ahead: 0 } }, 'tokenWindow.back: expected a number of ms from 0 on, got -1'],
  [{ minSupportedProtocolVersion: 5 }, 'minSupportedProtocolVersion: expected one of 3, 4, got a number'],
  [{ userInfo: {} }, 'userInfo: expected a function, got an object'],
])('the options %j are refused, by field', async (options, message) => {
  const error = await rejection(startPowerAuthTestServer(options as object));
  expect(error).toMatchObject({
    code: PowerAuthErrorCode.WRONG_PARAMETER,
    message: expect.stringContaining(`options.${message}`) as string,
  });
});

test.each([
  ['createActivation', { userid: 'alice' }, 'options.userid: expected no field of this name, only userId'],
  ['createActivation', { maxFailCount: 0 }, 'options.maxFailCount: expected a whole number from 1 on, got 0'],
  ['createActivation', { activationCode: 'AAAAA' }, 'options.activationCode: expected an activation code'],
  ['createRecoveryCode', { pukCount: 0 }, 'options.pukCount: expected a whole number from 1 to 100, got 0'],
] as const)('%s(%j) is refused, by field', async (method, options, message) => {
  const server = await testServer();
  expect(() => server[method](options as object)).toThrow(message);
  expect(server.activations).toEqual([]);
});
