/** What callers of fetch() expect of it. */
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import { powerAuthFetch, type PowerAuthFetchOptions } from '../../src/fetch.ts';
import { bank, CREATE, fetchOf, knowledge, POSSESSION, POST } from '../helpers/bank.ts';
import { activated, requestsTo } from '../helpers/client.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

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
