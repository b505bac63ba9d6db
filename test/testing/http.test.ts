/** Requests that no client sends, and failures of the server's own: each gets an answer. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { ServerState } from '../../src/testing/state.ts';
import { testServer } from '../helpers/client.ts';

async function statusLine(baseUrl: string, target: string): Promise<string> {
  const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}

test.each([
  ['/', '404 Not Found'],
  ['//', '404 Not Found'],
  ['//pa/v3/status', '404 Not Found'],
  ['/\\x', '404 Not Found'],
  ['http://localhost/pa/v3/status', '405 Method Not Allowed'],
  ['http://localhost:99999/', '400 Bad Request'],
  ['http://[/', '400 Bad Request'],
])('a request to %s', async (target, status) => {
  const { baseUrl } = await testServer();
  expect(await statusLine(baseUrl, target)).toBe(`HTTP/1.1 ${status}`);
});

test('an unexpected failure is a 500, and says nothing of it', async () => {
  const { baseUrl, requests } = await testServer();
  const now = vi.spyOn(ServerState.prototype, 'speaksProtocol3', 'get').mockImplementation(() => {
    throw new Error('a secret');
  });
  const response = await fetch(`${baseUrl}/pa/v3/activation/status`, { method: 'POST', body: '{}' });
  now.mockRestore();
  expect([response.status, requests[0]?.status]).toEqual([500, 500]);
  expect(await response.text()).not.toContain('secret');
});

test('the last 10 000 requests are remembered', async () => {
  const { baseUrl, requests } = await testServer();
  const { time, headers } = { time: 0, headers: {} };
  for (let i = 0; i < 10_000; i++)
    requests.push({ method: 'GET', path: `/${i}`, query: '', headers, body: '', time, status: 404 });
  await fetch(`${baseUrl}/new`);
  expect([requests.length, requests[0]?.path, requests.at(-1)?.path]).toEqual([10_000, '/1', '/new']);
});

test('of large requests so many are remembered as there is room for', async () => {
  const { baseUrl, requests } = await testServer();
  const body = 'x'.repeat(1 << 20);
  const { time, headers } = { time: 0, headers: {} };
  const post = async (path: string): Promise<void> => {
    await (await fetch(baseUrl + path, { method: 'POST', body })).text();
  };
  await post('/first');
  for (let i = 0; i < 62; i++)
    requests.push({ method: 'POST', path: `/${i}`, query: '', headers, body, time, status: 404 });
  // What a test has put there is not counted at once.
  for (let i = 0; i < 64; i++) await post('/new');
  expect([requests.length, requests[0]?.path]).toEqual([64, '/new']);
  requests.length = 0;
  for (const path of ['/a', '/b']) await post(path);
  expect(requests.map(({ path }) => path)).toEqual(['/a', '/b']);
});

test.each([NaN, Infinity, 1e13])('a clock moved by %d ms is refused', async (offset) => {
  const server = await testServer();
  expect(() => (server.clockOffset = offset)).toThrow('clockOffset: expected');
  expect(server.clockOffset).toBe(0);
});
