/** A `fetch` that authenticates, against servers that verify. */
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode, PowerAuthPassword } from '../src/index.ts';
import { powerAuthFetch, type PowerAuthFetchOptions, type PowerAuthRequestInit } from '../src/fetch.ts';
import type { PowerAuth } from '../src/index.ts';
import { activate, activated, PASSWORD, requestsTo, testClient, testServer } from './helpers/client.ts';
import { deferred } from './helpers/deferred.ts';
import { error } from './helpers/error.ts';
import { checksToken, SIGNATURE, testOrigin, TOKEN, valueOf } from './helpers/origin.ts';
import { rejection } from './helpers/storage.ts';

const [CREATE, STATUS] = ['/pa/v3/token/create', '/pa/v3/status'];
const POSSESSION = PowerAuthAuthentication.possession();
const token = { name: 'api', authentication: () => POSSESSION };
const knowledge = () => PowerAuthAuthentication.password(PASSWORD);
const POST = { method: 'POST', body: '{}' } as const;

const fetchOf = (powerAuth: PowerAuth, origins: string[], more: Partial<PowerAuthFetchOptions> = {}) =>
  powerAuthFetch(powerAuth, { origins, token, ...more });

/** A client, and a bank whose every path wants a token. */
async function bank(more?: Partial<PowerAuthFetchOptions>) {
  const { server, powerAuth, activationId } = await activated();
  const origin = await testOrigin(checksToken(server));
  return { server, powerAuth, activationId, origin, fetch: fetchOf(powerAuth, [origin.url], more) };
}

describe('a token', () => {
  test('is requested once, and each request has a header of its own', async () => {
    const { server, origin, fetch } = await bank();
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(origin.url)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(origin.arrived.map((request) => valueOf(request, TOKEN))).size).toBe(20);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('that the server has removed is renewed, and the request sent once more', async () => {
    const { server, origin, fetch } = await bank();
    await fetch(origin.url);
    for (let round = 0; round < 3; round++) {
      for (const { tokenId } of server.tokens) server.removeToken(tokenId);
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(origin.url, POST)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(server.tokens).toHaveLength(1);
    }
    expect(requestsTo(server, CREATE)).toBe(4);
  });

  test('is not renewed for ever: a second 401 is the caller’s, and the next one costs nothing', async () => {
    const { server, powerAuth } = await activated();
    const origin = await testOrigin(() => ({ status: 401, body: 'two factors, please' }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    const first = await fetch(origin.url);
    expect([first.status, await first.text()]).toEqual([401, 'two factors, please']);
    expect(origin.arrived).toHaveLength(2);
    expect(requestsTo(server, CREATE)).toBe(2);
    await fetch(`${origin.url}/?again`);
    expect(origin.arrived).toHaveLength(3);
    expect(requestsTo(server, CREATE)).toBe(2);
    expect(server.tokens).toHaveLength(1);
  });

  test('that can’t be renewed leaves no refused answer open', async () => {
    const cancel = vi.fn();
    const refusing = () => Promise.resolve(new Response(new ReadableStream({ cancel }), { status: 401 }));
    const { server, origin, fetch } = await bank({ fetch: refusing });
    await fetch(`${origin.url}/other`).then((response) => response.body?.cancel());
    cancel.mockClear();
    server.faults.add({ path: CREATE, status: 503 });
    await expect(fetch(`${origin.url}/third`)).rejects.toMatchObject({
      code: PowerAuthErrorCode.RESPONSE_ERROR,
    });
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('is not renewed by turns for two paths that refuse every token', async () => {
    const { server, powerAuth } = await activated();
    const origin = await testOrigin(() => ({ status: 401 }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    for (let round = 0; round < 4; round++)
      for (const path of ['/a', '/b']) expect((await fetch(origin.url + path)).status).toBe(401);
    // The first one, and one that each path refuses when it is new.
    expect(requestsTo(server, CREATE)).toBe(3);
    expect(origin.arrived).toHaveLength(10);
  });

  test('of an activation that the server refuses leaves the 401 to the caller', async () => {
    const { server, powerAuth, origin, fetch, activationId } = await bank();
    await fetch(origin.url);
    server.removeActivation(activationId);
    expect((await fetch(origin.url)).status).toBe(401);
    await powerAuth.removeActivationLocal();
    await expect(fetch(origin.url)).rejects.toMatchObject(error(PowerAuthErrorCode.MISSING_ACTIVATION));
  });

  test('is left alone by answers of other kinds', async () => {
    const { server, powerAuth } = await activated();
    const origin = await testOrigin(({ url }) => ({ status: Number(url.slice(1)) }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    for (const status of [204, 403, 404, 429, 500, 503])
      expect((await fetch(`${origin.url}/${status}`)).status).toBe(status);
    expect(origin.arrived).toHaveLength(6);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('is not asked for by name twice while the user is asked', async () => {
    const asked = deferred<PowerAuthAuthentication>();
    const authentication = vi.fn(() => asked.promise);
    const { origin, fetch } = await bank({ token: { name: 'api', authentication } });
    const answers = Promise.all([fetch(origin.url), fetch(origin.url)]);
    await vi.waitFor(() => expect(authentication).toHaveBeenCalled());
    asked.resolve(POSSESSION);
    expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
    expect(authentication).toHaveBeenCalledOnce();
  });

  test('may be left out for one request, or for all', async () => {
    const { origin, fetch, powerAuth } = await bank();
    await fetch(origin.url, { powerAuth: { token: false } });
    await powerAuthFetch(powerAuth, { origins: [origin.url] })(origin.url);
    expect(origin.arrived.map((request) => valueOf(request, TOKEN))).toEqual([undefined, undefined]);
  });
});

describe('a 401 because of the time', () => {
  /** A bank that says no to all headers that are not of this time, which it also says, or not. */
  async function strict({
    saysDate,
    jump = 0,
    back = 60_000,
  }: {
    saysDate: boolean;
    jump?: number;
    back?: number;
  }) {
    let wall = 0;
    let passed = 0;
    const clock = { now: () => Date.now() + wall + passed, monotonic: () => performance.now() + passed };
    const server = await testServer({ tokenWindow: { back, ahead: 60_000 } });
    const powerAuth = await testClient(server, { client: { clock } });
    await activate(server, powerAuth);
    const check = checksToken(server);
    const origin = await testOrigin((request) => ({
      ...check(request),
      headers: { date: saysDate ? new Date(Date.now() + server.clockOffset).toUTCString() : '' },
    }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    expect((await fetch(origin.url)).status).toBe(200);
    return {
      server,
      origin,
      fetch,
      jumpServer: () => void (server.clockOffset += jump),
      jumpClient: () => void (wall += jump),
      /** For the client and the server. */
      passTime: (ms: number) => {
        passed += ms;
        server.clockOffset += ms;
      },
      /** The monotonic clock stands still in the meantime. */
      sleep: (ms: number) => {
        wall += ms;
        server.clockOffset += ms;
      },
    };
  }

  test('that the answer shows is mended by asking for the time', async () => {
    const { server, origin, fetch, jumpServer } = await strict({ saysDate: true, jump: 86_400_000 });
    jumpServer();
    const before = requestsTo(server, STATUS);
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(origin.url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(requestsTo(server, STATUS)).toBe(before + 1);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('that the answer does not show is mended, too, if the last time is old', async () => {
    const { server, origin, fetch, jumpServer, passTime } = await strict({
      saysDate: false,
      jump: -3_600_000,
    });
    jumpServer();
    passTime(120_000);
    expect((await fetch(origin.url)).status).toBe(200);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('does not hide that the token is gone', async () => {
    const { server, origin, fetch } = await strict({ saysDate: true });
    const before = requestsTo(server, STATUS);
    for (const { tokenId } of server.tokens) server.removeToken(tokenId);
    expect((await fetch(origin.url)).status).toBe(200);
    expect(requestsTo(server, STATUS), 'the time is known well enough').toBe(before);
    expect(requestsTo(server, CREATE)).toBe(2);
  });

  test('never comes up on a laptop that sleeps for an hour, with a server that takes headers for 5 minutes', async () => {
    const { server, origin, fetch, sleep } = await strict({ saysDate: true, back: 300_000 });
    for (let night = 0; night < 3; night++) {
      sleep(3_600_000);
      expect((await fetch(origin.url)).status).toBe(200);
    }
    expect(origin.arrived).toHaveLength(4);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('is no trouble with a server whose tokens live 5 minutes', async () => {
    const { server, origin, fetch, passTime, sleep } = await strict({ saysDate: true, back: 300_000 });
    for (const pass of [passTime, sleep, passTime]) {
      pass(3_600_000);
      for (const { tokenId } of server.tokens) server.removeToken(tokenId);
      const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(origin.url)));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(server.tokens).toHaveLength(1);
    }
    expect(requestsTo(server, CREATE)).toBe(4);
  });

  test('never comes up when the client’s own clock jumps by a day', async () => {
    const { server, origin, fetch, jumpClient } = await strict({ saysDate: true, jump: 86_400_000 });
    jumpClient();
    expect((await fetch(origin.url)).status).toBe(200);
    expect(origin.arrived).toHaveLength(2);
    expect(requestsTo(server, CREATE)).toBe(1);
  });
});

describe('a redirect', () => {
  /** Two servers that are listed and one that isn't; each path says where it leads: `/307/b/then`. */
  async function three() {
    const { server, powerAuth, activationId } = await activated();
    const urls: Record<string, string> = {};
    const start = () =>
      testOrigin((request) => {
        const [, status = '', to = '', ...rest] = request.url.split('/');
        if (/^30\d$/.test(status))
          return { status: Number(status), headers: { location: `${urls[to] ?? ''}/${rest.join('/')}` } };
        return checksToken(server)(request);
      });
    const [a, b, other] = [await start(), await start(), await start()];
    Object.assign(urls, { a: a.url, b: b.url, other: other.url, here: '' });
    return { server, powerAuth, activationId, a, b, other, fetch: fetchOf(powerAuth, [a.url, b.url]) };
  }

  test('within the listed origins is followed, each request with a header of its own', async () => {
    const { a, b, fetch } = await three();
    const response = await fetch(`${a.url}/302/b/301/a/307/here/done`, { headers: { accept: 'text/plain' } });
    expect(response).toMatchObject({ status: 200, redirected: true, url: `${a.url}/done` });
    const arrived = [...a.arrived, ...b.arrived];
    expect(arrived.map(({ url }) => url)).toEqual([
      '/302/b/301/a/307/here/done',
      '/307/here/done',
      '/done',
      '/301/a/307/here/done',
    ]);
    expect(new Set(arrived.map((request) => valueOf(request, TOKEN))).size).toBe(4);
    expect(arrived.map((request) => valueOf(request, 'accept'))).toEqual(Array(4).fill('text/plain'));
  });

  test.each([301, 302, 303, 307, 308])('%i to another origin carries no header', async (status) => {
    const { a, other, fetch } = await three();
    const headers = { authorization: 'Bearer x', 'x-powerauth-token': 'mine', 'x-other': 'stays' };
    await fetch(`${a.url}/${status}/other/there`, { ...POST, headers });
    const [request] = other.arrived;
    expect(
      Object.keys(request?.headers ?? {}).filter((name) => /powerauth|^authorization/.test(name)),
    ).toEqual([]);
    expect(request?.headers['x-other']).toBe('stays');
    expect(request?.method).toBe(status > 303 ? 'POST' : 'GET');
    expect(request?.body.toString()).toBe(status > 303 ? '{}' : '');
  });

  test('that leads back from another origin gets no header any more', async () => {
    const { a, other, fetch } = await three();
    expect((await fetch(`${a.url}/302/other/302/a/back`)).status).toBe(401);
    expect(other.arrived).toHaveLength(1);
    expect(a.arrived.at(-1)?.headers).not.toHaveProperty(TOKEN.toLowerCase());
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'DELETE', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ])('%i makes of %s a %s, as the Fetch Standard says', async (status, method, expected) => {
    const { a, fetch } = await three();
    const init = { method, ...(method === 'HEAD' ? {} : { body: 'text' }) };
    expect((await fetch(`${a.url}/${status}/here/done`, init)).status).toBe(200);
    const last = a.arrived.at(-1);
    const keeps = expected === method && method !== 'HEAD';
    expect([last?.method, last?.body.toString()]).toEqual([expected, keeps ? 'text' : '']);
    expect(valueOf(last as never, 'content-type')).toBe(keeps ? 'text/plain;charset=UTF-8' : undefined);
  });

  test('is the caller’s with manual, and an error with error', async () => {
    const { a, fetch } = await three();
    const response = await fetch(`${a.url}/302/here/x`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/x']);
    await expect(fetch(`${a.url}/302/here/x`, { redirect: 'error' })).rejects.toBeInstanceOf(TypeError);
    expect(a.arrived.map(({ url }) => url)).toEqual(['/302/here/x', '/302/here/x']);
  });

  test('is not followed without end, nor anywhere', async () => {
    const { server, powerAuth } = await activated();
    const origin = await testOrigin(({ url }) => ({
      status: 302,
      headers: { location: url === '/round' ? '/round' : url.slice(1) },
    }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    await expect(fetch(`${origin.url}/round`)).rejects.toThrow(/redirect count exceeded/);
    expect(origin.arrived).toHaveLength(21);
    await expect(fetch(`${origin.url}/data:,x`)).rejects.toThrow(/another scheme/);
    await expect(fetch(`${origin.url}/http://[`)).rejects.toThrow(/invalid redirect/);
    const withPassword = origin.url.replace('//', '//user:hunter2@');
    const refused = await rejection(fetch(`${origin.url}/${withPassword}`));
    expect(String(refused)).toMatch(/includes credentials$/);
    expect(server.tokens).toHaveLength(1);
  });

  test('of a signed request is signed again, and never sent to another origin', async () => {
    const { server, activationId, a, other, fetch } = await three();
    const powerAuth = { sign: knowledge(), uriId: '/payment' };
    await fetch(`${a.url}/307/b/done`, { ...POST, powerAuth });
    const signatures = [...a.arrived].map((request) => valueOf(request, SIGNATURE));
    expect(server.verifySignature(signatures[0], { ...POST, uriId: '/payment' })).toBeDefined();
    const response = await fetch(`${a.url}/307/other/done`, { ...POST, powerAuth });
    expect(response.status).toBe(307);
    expect(other.arrived).toEqual([]);
    // To its result: no body, so no signature.
    await fetch(`${a.url}/303/a/result`, { ...POST, powerAuth });
    const result = a.arrived.at(-1);
    expect([result?.method, result?.headers[SIGNATURE.toLowerCase()]]).toEqual(['GET', undefined]);
    expect(server.verifyToken(valueOf(result as never, TOKEN))).toBeUndefined();
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('that a browser hides is an error in words', async () => {
    const { powerAuth } = await activated();
    const hidden = Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' });
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: async () => hidden });
    await expect(fetch('https://bank.example/')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR, /redirect: 'manual'/),
    );
    expect(await fetch('https://bank.example/', { redirect: 'manual' })).toBe(hidden);
  });
});

describe('other origins', () => {
  test('get what fetch would send', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: sent });
    const request = new Request('https://other.example/x', POST);
    await fetch(request);
    await fetch('https://bank.example.evil.example/', { headers: { a: 'b' } });
    await fetch('http://bank.example/');
    await fetch('https://bank.example:444/');
    expect(sent.mock.calls).toEqual([
      [request],
      ['https://bank.example.evil.example/', { headers: { a: 'b' } }],
      ['http://bank.example/'],
      ['https://bank.example:444/'],
    ]);
  });

  test('get no header when a URL is changed while the body is read', async () => {
    const { origin, fetch } = await bank();
    const other = await testOrigin(() => ({}));
    const url = new URL(origin.url);
    const call = fetch(url, { method: 'POST', body: new Blob(['x']) });
    url.href = other.url;
    expect((await call).status).toBe(200);
    expect(other.arrived).toEqual([]);
  });

  test('and relative addresses follow the base of the document, as with fetch', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = powerAuthFetch(powerAuth, { origins: ['https://bank.example'], fetch: sent });
    vi.stubGlobal('location', { href: 'https://bank.example/page' });
    vi.stubGlobal('document', { baseURI: 'https://other.example/' });
    try {
      await fetch('accounts');
      expect(sent.mock.lastCall).toEqual(['accounts']);
      vi.stubGlobal('document', undefined);
      await fetch('accounts');
      expect(sent.mock.lastCall).toMatchObject(['https://bank.example/accounts', { method: 'GET' }]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('get nothing signed or encrypted', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: sent });
    for (const options of [{ sign: POSSESSION, uriId: '/x' }, { encrypt: 'application' } as const]) {
      await expect(fetch('https://other.example/', { ...POST, powerAuth: options })).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /listed origins/),
      );
    }
    expect(sent).not.toHaveBeenCalled();
  });

  test('nobody is sent a header over http: to another machine', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server, { client: { enableUnsecureTraffic: false } });
    const fetch = powerAuthFetch(powerAuth, { origins: ['http://bank.example'] });
    await expect(fetch('http://bank.example/')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR, /enableUnsecureTraffic/),
    );
    const local = await testOrigin(() => ({}));
    expect((await powerAuthFetch(powerAuth, { origins: [local.url] })(local.url)).status).toBe(200);
  });
});

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

describe('as a fetch', () => {
  test('it has its type', async () => {
    const { powerAuth } = await activated();
    const asFetch: typeof globalThis.fetch = powerAuthFetch(powerAuth, { origins: ['https://bank.example'] });
    expect(asFetch).toBeTypeOf('function');
    const call = powerAuthFetch(powerAuth, { origins: ['https://bank.example'] });
    expectTypeOf(call).toExtend<typeof globalThis.fetch>();
    expectTypeOf(call.with({ token: false })).toEqualTypeOf(call);
    expectTypeOf(call).returns.resolves.toEqualTypeOf<Response>();
    // Only compiled: what must not send a request without its signature.
    const wrong = () => {
      // @ts-expect-error a mistake in the name
      void call('', { powerAuth: { sing: POSSESSION, uriId: '/x' } });
      // @ts-expect-error not an authentication
      void call('', { powerAuth: { sign: 'password', uriId: '/x' } });
      // @ts-expect-error not a scope
      void call('', { powerAuth: { encrypt: true } });
      // @ts-expect-error no origins
      powerAuthFetch(powerAuth, {});
      // @ts-expect-error no factors
      powerAuthFetch(powerAuth, { origins: [], token: { name: 'api' } });
    };
    expect(wrong).toBeTypeOf('function');
  });

  test('other defaults are for clients that pass no options on', async () => {
    const { server, powerAuth } = await activated();
    const uriId = '/api/protected/signature';
    const signing = fetchOf(powerAuth, [server.baseUrl]).with({ sign: knowledge(), uriId });
    expect((await signing(server.baseUrl + uriId, POST)).status).toBe(200);
    const other = signing.with({ uriId: '/another' });
    expect((await other(server.baseUrl + uriId, POST)).status).toBe(401);
  });

  test('a signal that is aborted ends it while it waits for a token', async () => {
    const { server, origin, fetch } = await bank();
    server.faults.add({ path: CREATE, count: 1, delay: 60_000 });
    const end = new AbortController();
    const call = fetch(origin.url, { signal: end.signal });
    await vi.waitFor(() => expect(requestsTo(server, CREATE)).toBe(1));
    end.abort();
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    expect(await rejection(fetch(new Request(origin.url, { signal: end.signal })))).toMatchObject({
      name: 'AbortError',
    });
    expect(origin.arrived).toEqual([]);
  });

  test('a signal that is aborted ends it while it waits for a stream, which is cancelled', async () => {
    const { origin, fetch } = await bank();
    const cancel = vi.fn();
    const begun = deferred();
    const pull = () => {
      begun.resolve(undefined);
      return new Promise<void>(() => undefined);
    };
    const end = new AbortController();
    const init = { method: 'POST', signal: end.signal, duplex: 'half' };
    const call = fetch(origin.url, { ...init, body: new ReadableStream({ pull, cancel }) });
    await begun.promise;
    end.abort('enough');
    expect(await rejection(call)).toBe('enough');
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough');
    // One that is aborted before reads nothing.
    const untouched = new ReadableStream();
    expect(await rejection(fetch(origin.url, { ...init, body: untouched }))).toBe('enough');
    expect(untouched.locked).toBe(false);
    expect(origin.arrived).toEqual([]);
  });

  test.each([
    [{ origins: [] }, /^origins: expected at least one/],
    [{ origins: ['bank.example'] }, /^origins\[0\]/],
    [{ origins: ['https://bank.example/path'] }, /^origins\[0\]/],
    [{ origins: ['https://bank.example', 'file:///x'] }, /^origins\[1\]/],
    [{ origins: ['https://bank.example'], token: { name: '' } }, /^token\.name/],
    [{ origins: ['https://bank.example'], token: { name: 'x' } }, /^token\.authentication/],
    [{ origins: ['https://bank.example'], fetch: 1 }, /^fetch/],
    [undefined, /^options: expected an object, got undefined/],
    [null, /^options: expected an object, got null/],
  ])('refuses %o', async (options, message) => {
    const { powerAuth } = await activated();
    expect(() => powerAuthFetch(powerAuth, options as unknown as PowerAuthFetchOptions)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, message)),
    );
  });

  test.each([null, undefined, 'an instance', {}])('refuses %o in the place of an instance', (powerAuth) => {
    expect(() => powerAuthFetch(powerAuth as never, { origins: ['https://bank.example'] })).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /^powerAuth: expected an instance/)),
    );
  });
});

describe('an answer that nobody will read is discarded', () => {
  /** A bank whose answers tell when they are discarded. */
  async function watched(
    reply: { status: number; location?: string },
    more?: Partial<PowerAuthFetchOptions>,
  ) {
    const { server, powerAuth, activationId } = await activated();
    const cancel = vi.fn();
    const { status, location } = reply;
    const send = async () =>
      new Response(new ReadableStream({ cancel }), { status, headers: { ...(location && { location }) } });
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: send, ...more });
    return {
      server,
      powerAuth,
      activationId,
      cancel,
      call: (init?: PowerAuthRequestInit) => fetch('https://bank.example/', init),
    };
  }

  test('if no new token can be had', async () => {
    const authentication = vi.fn(() => POSSESSION);
    const { cancel, call } = await watched({ status: 401 }, { token: { name: 'api', authentication } });
    authentication.mockReturnValueOnce(POSSESSION).mockImplementation(() => {
      throw new Error('the user has gone');
    });
    await expect(call()).rejects.toThrow('the user has gone');
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('if the caller gives up in the meantime', async () => {
    const asked = deferred<PowerAuthAuthentication>();
    const authentication = vi.fn<() => PowerAuthAuthentication | Promise<PowerAuthAuthentication>>();
    authentication.mockReturnValueOnce(POSSESSION).mockReturnValue(asked.promise);
    const { cancel, call } = await watched({ status: 401 }, { token: { name: 'api', authentication } });
    const end = new AbortController();
    const outcome = rejection(call({ signal: end.signal }));
    await vi.waitFor(() => expect(authentication).toHaveBeenCalledTimes(2));
    end.abort('enough');
    expect(await outcome).toBe('enough');
    expect(cancel).toHaveBeenCalledOnce();
    asked.resolve(POSSESSION);
  });

  test('if the status can’t be fetched after a refused signature', async () => {
    const { server, cancel, call } = await watched({ status: 401 });
    server.faults.add({ path: '/pa/v3/activation/status', status: 503 });
    const sign = { sign: POSSESSION, uriId: '/x' };
    await expect(call({ ...POST, powerAuth: sign })).rejects.toMatchObject(
      error(PowerAuthErrorCode.RESPONSE_ERROR),
    );
    expect(cancel).toHaveBeenCalledOnce();
  });

  test.each(['http://', 'file:///etc/passwd', 'https://user:pass@bank.example/'])(
    'if it leads to %s',
    async (location) => {
      const { cancel, call } = await watched({ status: 302, location });
      expect(await rejection(call())).toBeInstanceOf(TypeError);
      expect(cancel).toHaveBeenCalledOnce();
    },
  );

  test('if it leads nowhere in the end', async () => {
    const { cancel, call } = await watched({ status: 302, location: '/' });
    expect(await rejection(call())).toBeInstanceOf(TypeError);
    expect(cancel).toHaveBeenCalledTimes(21);
  });
});

test('the keys of a cryptogram whose turn ends before it is sent are released', async () => {
  const { powerAuth } = await activated();
  const encryptor = powerAuth.getEncryptorForActivationScope();
  const released: unknown[] = [];
  vi.spyOn(powerAuth, 'getEncryptorForActivationScope').mockReturnValue(encryptor);
  const encrypt = encryptor.encryptRequest.bind(encryptor);
  vi.spyOn(encryptor, 'encryptRequest').mockImplementation(async (...args) => {
    const encrypted = await encrypt(...args);
    vi.spyOn(encrypted.decryptor, 'release').mockImplementation(async () => void released.push(encrypted));
    return encrypted;
  });
  vi.spyOn(powerAuth, 'withSignature').mockImplementation(async (_, { body }) => {
    if (typeof body === 'function') await body();
    throw new Error('the turn is over');
  });
  const fetch = fetchOf(powerAuth, ['https://bank.example']);
  const options = { sign: POSSESSION, uriId: '/x', encrypt: 'activation', signed: 'cryptogram' } as const;
  await expect(fetch('https://bank.example/', { ...POST, powerAuth: options })).rejects.toThrow(
    'the turn is over',
  );
  expect(released).toHaveLength(1);
});
