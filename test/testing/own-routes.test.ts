/** Routes of the user's own, behind tokens and signatures. */
import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../src/index.ts';
import {
  startPowerAuthTestServer,
  type PowerAuthTestRoute,
  type PowerAuthTestRouteRequest,
} from '../../src/testing/index.ts';
import { activated, PASSWORD } from '../helpers/client.ts';
import { rejection } from '../helpers/storage.ts';

const seen: PowerAuthTestRouteRequest[] = [];
const routes: PowerAuthTestRoute[] = [
  { path: '/accounts', method: 'GET', by: 'token', answer: ({ userId }) => ({ body: { userId } }) },
  {
    path: '/payment',
    by: 'signature',
    uriId: '/pay',
    answer: async (request) => {
      seen.push(request);
      return { status: 201, headers: { 'Content-Type': 'text/plain', 'X-Bank': 'yes' }, body: 'paid' };
    },
  },
  {
    path: '/broken',
    by: 'token',
    signatureTypes: ['possession'],
    answer: () => {
      throw new Error('not for the client');
    },
  },
];

test('a token of enough factors opens a route; nothing else does', async () => {
  const { server, powerAuth } = await activated({}, { routes });
  const url = `${server.baseUrl}/accounts`;
  await powerAuth.tokenStore.requestAccessToken('two', PowerAuthAuthentication.password(PASSWORD));
  await powerAuth.tokenStore.requestAccessToken('one', PowerAuthAuthentication.possession());
  const get = async (name: string) => {
    const { key, value } = await powerAuth.tokenStore.generateHeaderForToken(name);
    return fetch(url, { headers: { [key]: value } });
  };
  const answer = await get('two');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({ userId: 'test-user' });
  expect((await get('one')).status).toBe(401);
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
});

test('a signature over its uriId opens a route, which gets the bytes and may answer with anything', async () => {
  const { server, powerAuth, activationId } = await activated({}, { routes });
  const body = '{"amount":100}';
  const sign = (uriId: string) =>
    powerAuth.requestSignature(PowerAuthAuthentication.password(PASSWORD), 'POST', uriId, body);
  const send = async (uriId: string) => {
    const { key, value } = await sign(uriId);
    return fetch(`${server.baseUrl}/payment?a=1`, { method: 'POST', headers: { [key]: value }, body });
  };
  const answer = await send('/pay');
  expect([answer.status, await answer.text()]).toEqual([201, 'paid']);
  expect(answer.headers.get('content-type')).toBe('text/plain');
  expect(answer.headers.get('x-bank')).toBe('yes');
  const [request] = seen.splice(0);
  expect(request).toMatchObject({ activationId, userId: 'test-user', query: 'a=1', path: '/payment' });
  expect(Buffer.from(request?.body ?? [])).toEqual(Buffer.from(body));
  expect((await send('/other')).status).toBe(401);
  expect(seen).toEqual([]);
});

test('a route that throws is a 500 without its message', async () => {
  const { server, powerAuth } = await activated({}, { routes });
  await powerAuth.tokenStore.requestAccessToken('one', PowerAuthAuthentication.possession());
  const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('one');
  const answer = await fetch(`${server.baseUrl}/broken`, { method: 'POST', headers: { [key]: value } });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('not for the client');
});

test.each([
  ['/pa/v3/status', "options.routes[0].path: /pa/v3/status is a path of the server's own"],
  ['/api/protected/token', "options.routes[0].path: /api/protected/token is a path of the server's own"],
  ['/rest/v3/mine', "options.routes[0].path: /rest/v3/mine is a path of the server's own"],
  [
    'no slash',
    'options.routes[0].path: expected a path from its first /, without a query, got a string of 8 characters',
  ],
])('the path %s is refused', async (path, message) => {
  const route: PowerAuthTestRoute = { path, by: 'token', answer: () => ({}) };
  expect((await rejection(startPowerAuthTestServer({ routes: [route] }))).message).toBe(message);
});

test('the same route twice is refused', async () => {
  const route: PowerAuthTestRoute = { path: '/a', by: 'token', answer: () => ({}) };
  const error = await rejection(startPowerAuthTestServer({ routes: [route, route] }));
  expect(error.message).toBe('options.routes[1].path: POST /a is there twice');
});
