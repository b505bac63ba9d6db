/** The programs that may use the admin API. */
import { describe, expect, test } from 'vitest';
import { isLoopback } from '../../../src/testing/admin/guard.ts';
import { adminServer } from './support.ts';

const PAGE = { 'Sec-Fetch-Mode': 'cors' };

describe('without a token', () => {
  test.each([
    ['a program', {}, 200],
    ['localhost', { Host: 'localhost:1' }, 200],
    ['IPv6', { Host: '[::1]:1' }, 200],
    ['upper case', { Host: 'LOCALHOST' }, 200],
    // A name that somebody has pointed at this machine (DNS rebinding).
    ['another name', { Host: 'attacker.example' }, 403],
    ['a name that begins alike', { Host: 'localhost.attacker.example' }, 403],
    ['a name that ends alike', { Host: 'notlocalhost' }, 403],
    ['an address that begins alike', { Host: '127.0.0.1.attacker.example:80' }, 403],
    ['user information', { Host: 'localhost@attacker.example' }, 403],
    ['another address', { Host: '192.168.0.1' }, 403],
    ['a page of this server', { Host: 'localhost:1', Origin: 'http://localhost:1', ...PAGE }, 200],
    ['its request without Origin', { 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['an address that was typed', { 'Sec-Fetch-Site': 'none' }, 200],
    ['a page of another port', { Host: 'localhost:1', Origin: 'http://localhost:2' }, 403],
    ['a page of the same host by another name', { Host: '127.0.0.1:1', Origin: 'http://localhost:1' }, 403],
    ['a page over another protocol', { Host: 'localhost:1', Origin: 'https://localhost:1' }, 403],
    ['a page of nowhere', { Origin: 'null' }, 403],
    ['an image in a page', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['an image in a page of another port', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ] as [string, Record<string, string>, number][])('%s: %j', async (_, headers, status) => {
    const { server, ask } = await adminServer({ allowOrigin: '*' });
    expect((await ask('GET', '/clock', undefined, headers)).status).toBe(status);
    // Nothing is done, and no page may read the answer.
    const changed = await ask('POST', '/activations', undefined, headers);
    expect([changed.status, server.activations.length]).toEqual(status === 200 ? [201, 1] : [403, 0]);
    expect(changed.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a preflight is answered with nothing that allows it', async () => {
    const { ask } = await adminServer({ allowOrigin: '*' });
    const headers = { Origin: 'http://localhost:5173', 'Access-Control-Request-Method': 'DELETE' };
    const { status, headers: answered } = await ask('OPTIONS', '/faults', undefined, headers);
    expect([status, Object.keys(answered).filter((name) => name.startsWith('access-control'))]).toEqual([
      403,
      [],
    ]);
  });
});

describe('with a token', () => {
  test.each([
    [{}, 401],
    [{ Authorization: 'Bearer mistaken' }, 401],
    [{ Authorization: 'Bearer ' }, 401],
    [{ Authorization: 'Bearer s3cret-toke' }, 401],
    [{ Authorization: 'Bearer s3cret-tokenn' }, 401],
    [{ Authorization: 'Basic s3cret-token' }, 401],
    [{ Authorization: 'Bearer s3cret-token' }, 200],
    [{ Authorization: 'bearer s3cret-token', Host: 'test-server.example' }, 200],
    [{ Authorization: 'Bearer s3cret-token', Origin: 'https://attacker.example' }, 403],
  ] as [Record<string, string>, number][])('%j', async (headers, status) => {
    const { ask } = await adminServer({}, 's3cret-token');
    const reply = await ask('GET', '/clock', undefined, headers);
    expect(reply.status).toBe(status);
    expect(reply.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    expect(JSON.stringify(reply.body)).not.toMatch(/s3cret|mistaken/);
  });

  test('the health check needs none, by any name', async () => {
    const { ask } = await adminServer({}, 's3cret-token');
    const headers = { Host: 'pod.example' };
    expect(await ask('GET', '/health', undefined, headers)).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
    expect(await ask('HEAD', '/health', undefined, headers)).toMatchObject({ status: 200, body: undefined });
  });
});

describe('other requests', () => {
  test.each([
    ['GET', '', undefined, 404],
    ['GET', '/', undefined, 404],
    ['GET', '/nothing', undefined, 404],
    ['GET', '/activations/%ff', undefined, 404],
    ['GET', '/activations/a/b', undefined, 404],
    ['GET', '/openapixjson', undefined, 404],
    ['DELETE', '/clock', undefined, 405],
    ['POST', '/activations', '{"userId":', 400],
    ['POST', '/activations', '"alice"', 400],
    ['POST', '/activations', `{"userId":"${'x'.repeat(1 << 20)}"}`, 413],
  ])('%s %s', async (method, path, body, status) => {
    const { server, ask } = await adminServer();
    expect((await ask(method, path, body)).status).toBe(status);
    expect(server.activations).toEqual([]);
  });

  test('requests of the API are neither recorded, nor subject to faults', async () => {
    const { server, ask } = await adminServer();
    server.faults.add({ status: 503 });
    expect((await ask('GET', '/requests')).body).toEqual([]);
    expect((await fetch(`${server.baseUrl}/administration`)).status).toBe(503);
  });
});

test('which hosts are this machine', () => {
  const hosts = [
    '127.0.0.1',
    '127.8.9.10',
    'localhost',
    '::1',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'localhost.example',
  ];
  expect(hosts.filter(isLoopback)).toEqual(['127.0.0.1', '127.8.9.10', 'localhost', '::1']);
});
