/** Other origins are allowed by the embedded server. A browser does so in `test/system/testing/`. */
import { expect, test } from 'vitest';
import { testServer } from '../helpers/client.ts';

const PREFLIGHT = {
  method: 'OPTIONS',
  headers: { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' },
};

test('a preflight is answered where an origin is allowed, and stands in no list', async () => {
  const server = await testServer({ allowOrigin: 'https://app.example' });
  server.faults.add({ status: 503 });
  const response = await fetch(`${server.baseUrl}/pa/v3/status`, PREFLIGHT);
  expect(response.status).toBe(204);
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
  expect(server.requests).toEqual([]);
});

test('without an origin OPTIONS is a request like any other', async () => {
  const server = await testServer();
  const response = await fetch(`${server.baseUrl}/pa/v3/status`, PREFLIGHT);
  expect(response.status).toBe(405);
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  expect(server.requests).toHaveLength(1);
});
