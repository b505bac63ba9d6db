/** Encrypted requests, signed or not. */
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import { fetchOf, knowledge, POSSESSION, POST } from '../helpers/bank.ts';
import { activated, requestsTo } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { checksToken, testOrigin } from '../helpers/origin.ts';

describe('an encrypted request', () => {
  async function encrypting() {
    const { server, powerAuth, activationId } = await activated();
    const fetch = fetchOf(powerAuth, [server.baseUrl]);
    const call = (path: string, powerAuth: object, body = '{"secret":"ä"}') =>
      fetch(server.baseUrl + path, { method: 'POST', body, powerAuth });
    return { server, powerAuth, activationId, fetch, call };
  }

  test.each([
    ['/api/encrypted/application', { encrypt: 'application' }],
    ['/api/encrypted/activation', { encrypt: 'activation' }],
    ['/api/signed/encrypted', { encrypt: 'activation', sign: knowledge(), uriId: '/api/signed/encrypted' }],
    [
      '/api/encrypted/signature',
      { encrypt: 'activation', sign: knowledge(), uriId: '/api/encrypted/signature', signed: 'cryptogram' },
    ],
  ])('to %s is understood, and its answer decrypted', async (path, options) => {
    const { server, call } = await encrypting();
    const response = await call(path, options);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ secret: 'ä' });
    expect(response.url).toBe(server.baseUrl + path);
    const sent = server.requests.find((request) => request.path === path);
    expect(sent?.body).not.toContain('secret');
    expect(sent?.headers['content-type']).toBe('application/json');
    const isSigned = 'sign' in options;
    expect('x-powerauth-encryption' in (sent?.headers ?? {})).toBe(!isSigned);
    expect('x-powerauth-token' in (sent?.headers ?? {})).toBe(options.encrypt === 'activation' && !isSigned);
  });

  test('100 at once, encrypted and signed, are accepted', async () => {
    const { server, call, activationId } = await encrypting();
    const options = { encrypt: 'activation', sign: knowledge(), uriId: '/api/signed/encrypted' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const response = await call(options.uriId, options, `{"i":${i}}`);
        return response.json() as Promise<unknown>;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => ({ i })));
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('passes on an error in clear', async () => {
    const { server, call } = await encrypting();
    const body = '{"status":"ERROR","responseObject":{"code":"ERR","message":"no"}}';
    server.faults.add({ path: '/api/encrypted/activation', count: 1, status: 400, body });
    const response = await call('/api/encrypted/activation', { encrypt: 'activation' });
    expect([response.status, await response.text(), response.ok]).toEqual([400, body, false]);
    // The key was dropped: it may have been the server's trouble.
    const before = requestsTo(server, '/pa/v3/keystore/create');
    expect((await call('/api/encrypted/activation', { encrypt: 'activation' })).status).toBe(200);
    expect(requestsTo(server, '/pa/v3/keystore/create')).toBe(before + 1);
  });

  test('passes on an answer that has no body', async () => {
    const { powerAuth } = await activated();
    const headers = { 'content-type': 'application/json' };
    const origin = await testOrigin(() => ({ status: 304, headers }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    const response = await fetch(origin.url, { ...POST, powerAuth: { encrypt: 'activation' } });
    expect([response.status, response.body]).toEqual([304, null]);
  });

  test('refuses a success in clear, and an answer to another request', async () => {
    const { server, call } = await encrypting();
    for (const body of [
      '{"forged":true}',
      '',
      'null',
      '{"encryptedData":"AAAA","mac":"AAAA","nonce":"AAAA","timestamp":1}',
    ]) {
      server.faults.add({ path: '/api/encrypted/activation', count: 1, status: 200, body });
      await expect(call('/api/encrypted/activation', { encrypt: 'activation' })).rejects.toMatchObject(
        error(PowerAuthErrorCode.ENCRYPTION_ERROR),
      );
    }
  });

  test('may have a token that is renewed: each try is encrypted again', async () => {
    const { server, powerAuth } = await activated();
    const bodies: string[] = [];
    const origin = await testOrigin((request) => {
      bodies.push(request.body.toString());
      return { ...checksToken(server)(request), headers: { 'content-type': 'text/plain' } };
    });
    const fetch = fetchOf(powerAuth, [origin.url]);
    await fetch(origin.url);
    for (const { tokenId } of server.tokens) server.removeToken(tokenId);
    await expect(fetch(origin.url, { ...POST, powerAuth: { encrypt: 'activation' } })).rejects.toMatchObject(
      error(PowerAuthErrorCode.ENCRYPTION_ERROR, /in clear/),
    );
    expect(new Set(bodies).size).toBe(3);
  });

  test.each([
    ['GET', { encrypt: 'activation' }, /a method whose requests have a body/],
    ['POST', { encrypt: 'none' }, /'activation' or 'application'/],
    ['POST', { encrypt: 'application', sign: POSSESSION, uriId: '/x' }, /'activation' for a request/],
    ['POST', { sign: POSSESSION }, /powerAuth\.uriId/],
    ['POST', { sing: POSSESSION, uriId: '/x' }, /^powerAuth: expected only sign/],
    ['POST', { sign: POSSESSION, uriId: '/x', signed: 'body' }, /powerAuth\.signed/],
    ['POST', { token: 'no' }, /powerAuth\.token: expected true or false, got a string/],
    ['POST', null, /^powerAuth: expected an object, got null/],
    ['POST', true, /^powerAuth: expected an object, got true/],
    ['POST', 'sign', /^powerAuth: expected an object, got a string/],
  ])('%s %o is refused, and not sent', async (method, options, message) => {
    const { server, fetch } = await encrypting();
    const before = server.requests.length;
    const init = { method, powerAuth: options as object };
    const refused = error(PowerAuthErrorCode.WRONG_PARAMETER, message);
    await expect(fetch(server.baseUrl, init)).rejects.toMatchObject(refused);
    expect(server.requests.length).toBe(before);
  });
});
