/** Tokens: requested once, renewed when the bank refuses them. */
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { powerAuthFetch } from '../../src/fetch.ts';
import { bank, CREATE, fetchOf, POSSESSION, POST } from '../helpers/bank.ts';
import { activated, requestsTo } from '../helpers/client.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { testOrigin, TOKEN, valueOf } from '../helpers/origin.ts';

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
