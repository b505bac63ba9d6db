/** Callers of the methods for back-ends: which are admitted, and which are refused. */

import { expect, test } from 'vitest';
import { refuseAccess } from '../../../src/testing/back-end/access.ts';
import { testServer } from '../../helpers/client.ts';
import { call } from './call.ts';

const statusOf = async (options: Parameters<typeof testServer>[0], headers: Record<string, string> = {}) =>
  (await call(await testServer(options), 'status', {}, headers)).status;
const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

test('every program on this machine, by default', async () => {
  expect(await statusOf({})).toBe(200);
  expect(await statusOf({ backEnd: true })).toBe(200);
  expect(await statusOf({ backEnd: false })).toBe(404);
});

test('whoever knows the password, if there is one', async () => {
  const options = { backEnd: { username: 'bank', password: 'pässword:1' } };
  expect(await statusOf(options)).toBe(401);
  expect(await statusOf(options, basic('bank:pässword:1'))).toBe(200);
  for (const wrong of ['bank:pässword:2', 'Bank:pässword:1', 'bank', ':', '']) {
    expect(await statusOf(options, basic(wrong))).toBe(401);
  }
});

test.each([
  ['127.0.0.1', undefined],
  ['127.1.2.3', undefined],
  ['::1', undefined],
  ['::ffff:127.0.0.1', undefined],
  ['10.0.0.1', 403],
  ['::ffff:10.0.0.1', 403],
  ['fe80::1', 403],
  [undefined, 403],
])('a connection from %s', (remoteAddress, status) => {
  const request = {
    ...{ method: 'POST', path: '/rest/v3/status', query: '', body: Buffer.alloc(0), remoteAddress },
    headers: { authorization: basic('a:b').authorization },
  };
  expect(refuseAccess(true, request)?.status).toBe(status);
  expect(refuseAccess({ username: 'a', password: 'b' }, request)).toBeUndefined();
});

test.each(['http://localhost:5173', 'http://127.0.0.1:1', 'null'])('never a page of %s', async (origin) => {
  const server = await testServer({ allowOrigin: '*' });
  const url = `${server.baseUrl}/rest/v3/activation/status`;
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  const posted = await fetch(url, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{"requestObject":{"activationId":"x"}}',
  });
  for (const response of [preflight, posted]) {
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
  expect(posted.status).toBe(403);
  expect(preflight.ok).toBe(false);
  // Other paths are open to it.
  const other = await fetch(`${server.baseUrl}/pa/v3/status`, { method: 'POST', headers: { origin } });
  expect(other.headers.get('access-control-allow-origin')).toBe('*');
});

test.each(['same-origin', 'same-site', 'cross-site', 'none'])('never a page whose site is %s', (site) => {
  const request = { method: 'POST', path: '/rest/v3/status', query: '', body: Buffer.alloc(0) };
  const headers = { 'sec-fetch-site': site };
  expect(refuseAccess(true, { ...request, headers, remoteAddress: '127.0.0.1' })?.status).toBe(403);
});
