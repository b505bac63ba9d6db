/** Signed requests: one at a time, never repeated with a password. */
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode, PowerAuthPassword } from '../../src/index.ts';
import { powerAuthFetch, type PowerAuthFetchRequestOptions } from '../../src/fetch.ts';
import { fetchOf, knowledge, POSSESSION, POST } from '../helpers/bank.ts';
import { activated, PASSWORD, requestsTo } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { TOKEN } from '../helpers/origin.ts';
import { rejection } from '../helpers/storage.ts';

describe('a signed request', () => {
  async function signing() {
    const { server, powerAuth, activationId } = await activated();
    const fetch = fetchOf(powerAuth, [server.baseUrl]);
    const path = '/api/protected/signature';
    const url = server.baseUrl + path;
    return { server, powerAuth, activationId, fetch, url, path, sign: { sign: knowledge(), uriId: path } };
  }

  test('is accepted: 100 at once', async () => {
    const { server, fetch, url, sign, activationId } = await signing();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => fetch(url, { ...POST, body: `${i}`, powerAuth: sign })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(server.activation(activationId)?.failCount).toBe(0);
    const sent = server.requests.filter(({ path }) => path === '/api/protected/signature');
    expect(sent.every(({ headers }) => !(TOKEN.toLowerCase() in headers))).toBe(true);
  });

  test.each([
    '?b=2&a=1&a=0',
    '',
    '?flag',
    '?flag=&x=%2Fa%20b+c',
    // What a genuine server decodes twice.
    '?phone=%2B420123456789',
    '?q=a%26b%3Dc&name%3Dx=1',
    '?percent=100%2525',
    '?emoji=%F0%9F%98%80&latin=%E9',
  ])('GET signs the query that the server sees: %s', async (query) => {
    const { server, fetch, url, sign, activationId } = await signing();
    expect((await fetch(url + query, { powerAuth: sign })).status).toBe(200);
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test.each(['?a=100%', '?a=100%25', '?a=%zz', '?%=1'])(
    'GET with a query that the server cannot read is not sent: %s',
    async (query) => {
      const { server, fetch, url, sign } = await signing();
      const before = server.requests.length;
      await expect(fetch(url + query, { powerAuth: sign })).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /decode twice/),
      );
      expect(server.requests.length).toBe(before);
    },
  );

  test('is not repeated with a password', async () => {
    const { server, fetch, url, activationId } = await signing();
    const sign = PowerAuthAuthentication.password('wrong password');
    const response = await fetch(url, { ...POST, powerAuth: { sign, uriId: '/api/protected/signature' } });
    expect(response.status).toBe(401);
    expect(server.activation(activationId)?.failCount).toBe(1);
    expect(requestsTo(server, '/api/protected/signature')).toBe(1);
    // With a password that is used up by one call nothing can be repeated either.
    const password = new PowerAuthPassword();
    for (const character of PASSWORD) await password.addCharacter(character);
    const once = { sign: PowerAuthAuthentication.password(password), uriId: '/api/protected/signature' };
    expect((await fetch(url, { ...POST, powerAuth: once })).status).toBe(200);
  });

  test('that cannot be sent uses no value of the counter, and is not shown', async () => {
    const { powerAuth } = await activated();
    const origins = ['https://bank.example', 'http://bank.example'];
    const fetch = powerAuthFetch(powerAuth, { origins, fetch: async () => new Response() });
    Object.defineProperty(powerAuth, 'clientConfiguration', { value: { enableUnsecureTraffic: false } });
    const signing = vi.spyOn(powerAuth, 'withSignature');
    const options = { sign: knowledge(), uriId: '/x' };
    const posted = new Request('https://bank.example/', POST);
    for (const [input, init] of [
      ['https://user:hunter2@bank.example/', POST],
      ['http://bank.example/', POST],
      ['https://bank.example/', { ...POST, method: 'TRACE' }],
      ['https://bank.example/', { ...POST, method: 'PO ST' }],
      [posted, { method: 'GET' }],
    ] as const) {
      const refused = await rejection(fetch(input, { ...init, powerAuth: options }));
      expect(refused).toBeInstanceOf(Error);
      expect(String(refused)).not.toContain('hunter2');
    }
    expect(signing).not.toHaveBeenCalled();
  });

  test.each(['mode', 'credentials', 'cache', 'redirect', 'referrerPolicy'])(
    'with an invalid %s uses no value of the counter either',
    async (option) => {
      const { server, powerAuth, fetch, url, sign } = await signing();
      const taking = vi.spyOn(powerAuth, 'withSignature');
      const refused = await rejection(fetch(url, { ...POST, [option]: 'nonsense', powerAuth: sign }));
      expect(refused).toBeInstanceOf(TypeError);
      expect(taking).not.toHaveBeenCalled();
      expect(requestsTo(server, '/api/protected/signature')).toBe(0);
    },
  );

  test.each<[string, PowerAuthFetchRequestOptions]>([
    ['signed', { sign: POSSESSION, uriId: '/api/possession/signature' }],
    ['encrypted', { encrypt: 'application', token: false }],
    ['with a token', {}],
  ])('or %s in the mode no-cors, in which browsers leave headers out, is refused', async (_, options) => {
    const { server, powerAuth } = await activated();
    const fetch = fetchOf(powerAuth, [server.baseUrl]);
    const taking = vi.spyOn(powerAuth, 'withSignature');
    const sent = server.requests.length;
    const url = `${server.baseUrl}/api/possession/signature`;
    await expect(fetch(url, { ...POST, mode: 'no-cors', powerAuth: options })).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^mode: expected one in which a header can be sent/),
    );
    expect(taking).not.toHaveBeenCalled();
    expect(server.requests.length).toBe(sent);
    // Without any of our headers it is the caller's business.
    await fetch(url, { ...POST, mode: 'no-cors', powerAuth: { token: false } });
    expect(server.requests.length).toBe(sent + 1);
  });

  test('by possession alone is repeated once, after the counters were brought together', async () => {
    const { server, powerAuth, fetch, activationId } = await signing();
    const uriId = '/api/possession/signature';
    const url = server.baseUrl + uriId;
    // Further ahead than the server looks.
    for (let i = 0; i < 25; i++) await powerAuth.requestSignature(POSSESSION, 'POST', uriId, '');
    expect((await fetch(url, { ...POST, powerAuth: { sign: POSSESSION, uriId } })).status).not.toBe(200);
    // The server sees a record that was put back: one that fetchActivationStatus mends.
    server.blockActivation(activationId);
    expect((await fetch(url, { ...POST, powerAuth: { sign: POSSESSION, uriId } })).status).toBe(401);
    expect(requestsTo(server, '/pa/v3/activation/status')).toBe(2);
  });

  test('ends with the caller’s signal, waiting or sent', async () => {
    const { server, fetch, url, sign } = await signing();
    server.faults.add({ path: '/api/protected/signature', count: 1, delay: 60_000 });
    const [one, two] = [new AbortController(), new AbortController()];
    const sent = fetch(url, { ...POST, powerAuth: sign, signal: one.signal });
    const waiting = fetch(url, { ...POST, powerAuth: sign, signal: two.signal });
    await vi.waitFor(() => expect(requestsTo(server, '/api/protected/signature')).toBe(1));
    two.abort('no more');
    expect(await rejection(waiting)).toBe('no more');
    one.abort();
    expect(await rejection(sent)).toMatchObject({ name: 'AbortError' });
    expect((await fetch(url, { ...POST, powerAuth: sign })).status).toBe(200);
  });

  test('passes on what the network says', async () => {
    const { powerAuth } = await activated();
    const fetch = fetchOf(powerAuth, ['http://127.0.0.1:9']);
    const call = fetch('http://127.0.0.1:9/', { ...POST, powerAuth: { sign: knowledge(), uriId: '/x' } });
    expect(await rejection(call)).toBeInstanceOf(TypeError);
  });
});
