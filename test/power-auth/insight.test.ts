/** What observers are told, and what they are not. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthDebug,
  PowerAuthErrorCode,
  setTokenCacheCapacity,
  type PowerAuth,
  type PowerAuthEvent,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { tokenCache } from '../../src/session/token-cache.ts';
import { lostLockError } from '../../src/storage/driver/checks.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { error } from '../helpers/error.ts';
import { activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { storageLike } from '../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();

test('an observer is told all that happens, without secrets and headers', async () => {
  const events: PowerAuthEvent[] = [];
  const server = await testServer();
  const observer = (event: PowerAuthEvent) => events.push(event);
  const powerAuth = await testClient(server, { client: { observer } });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('accounts', POSSESSION);
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('accounts');
  const before = events.length;
  for (let i = 0; i < 10; i++) await powerAuth.tokenStore.generateHeaderForToken('accounts');
  expect(events).toHaveLength(before);
  await powerAuth.fetchActivationStatus();
  await expect(powerAuth.validatePassword('0000')).rejects.toMatchObject(
    error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
  );
  await powerAuth.tokenStore.removeAccessToken('accounts');

  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['engine', 'request', 'token', 'time', 'lock', 'storage', 'activation']),
  );
  const { instanceId } = powerAuth;
  expect(events).toContainEqual({ type: 'engine', instanceId, engine: powerAuth.engine });
  expect(events).toContainEqual({ type: 'token', instanceId, action: 'created', tokenName: 'accounts' });
  expect(events).toContainEqual({ type: 'token', instanceId, action: 'removed', tokenName: 'accounts' });
  expect(events).toContainEqual({ type: 'activation', instanceId, state: 'ACTIVE' });
  expect(events).toContainEqual({
    type: 'request',
    instanceId,
    path: '/pa/v3/signature/validate',
    status: 401,
    duration: expect.any(Number) as number,
    errorCode: 'AUTHENTICATION_ERROR',
  });
  expect(events.every((event) => Object.isFrozen(event))).toBe(true);
  const text = JSON.stringify(events);
  for (const secret of [PASSWORD, value, /token_digest="([^"]*)"/.exec(value)?.[1], 'PowerAuth version']) {
    expect(text).not.toContain(secret);
  }
  expect(powerAuth.statistics()).toMatchObject({
    failedRequests: 1,
    tokensCreated: 1,
    tokensRemoved: 1,
    locksLost: 0,
    engine: powerAuth.engine,
    timeRoundTrip: expect.any(Number) as number,
  });
});

/** An activated client, and what it has told of one type since then. */
async function watched(type: PowerAuthEvent['type'], storage: PowerAuthStorage = memoryStorage()) {
  const events: PowerAuthEvent[] = [];
  const client = {
    observer: (event: PowerAuthEvent) => {
      if (event.type === type) events.push(event);
    },
  };
  const server = await testServer();
  const powerAuth = await testClient(server, { client, storage });
  await activate(server, powerAuth);
  events.length = 0;
  const { instanceId, tokenStore } = powerAuth;
  return { server, powerAuth, tokenStore, instanceId, client, storage, events };
}

test('a token that is read from the storage is told once, however many headers it makes', async () => {
  const { server, powerAuth, instanceId, client, storage, events } = await watched('token');
  await powerAuth.tokenStore.requestAccessToken('accounts', POSSESSION);
  await powerAuth.deconfigure();
  events.length = 0;
  const again = await testClient(server, { instanceId, client, storage });
  for (let i = 0; i < 3; i++) await again.tokenStore.generateHeaderForToken('accounts');
  expect(events).toEqual([{ type: 'token', instanceId, action: 'loaded', tokenName: 'accounts' }]);
  expect(again.statistics()).toMatchObject({ tokensLoaded: 1, tokensCreated: 0 });
});

test('a renewed token is told as such, and not as a created one', async () => {
  const { powerAuth, tokenStore, instanceId, events } = await watched('token');
  const { tokenIdentifier: refused } = await tokenStore.requestAccessToken('accounts', POSSESSION);
  events.length = 0;
  const renewal = { refused, authentication: POSSESSION };
  // The second one comes late, and gets what the first one has made.
  for (let i = 0; i < 2; i++) await tokenStore.renewAccessToken('accounts', renewal);
  expect(events).toEqual([{ type: 'token', instanceId, action: 'renewed', tokenName: 'accounts' }]);
  expect(powerAuth.statistics()).toMatchObject({ tokensRenewed: 1, tokensCreated: 1 });
});

test.each<readonly [string, (powerAuth: PowerAuth) => Promise<unknown>]>([
  ['all tokens', (powerAuth) => powerAuth.tokenStore.removeAllLocalTokens()],
  ['the activation', (powerAuth) => powerAuth.removeActivationLocal()],
])('tokens in memory that go with %s are told', async (_, remove) => {
  const { powerAuth, tokenStore, instanceId, events } = await watched('token');
  for (const name of ['first', 'second']) await tokenStore.requestAccessToken(name, POSSESSION);
  events.length = 0;
  await remove(powerAuth);
  expect(events).toEqual(
    ['first', 'second'].map((tokenName) => ({ type: 'token', instanceId, action: 'removed', tokenName })),
  );
  expect(powerAuth.statistics()).toMatchObject({ tokensRemoved: 2 });
});

test('tokens that leave a full cache are told', async () => {
  const { powerAuth, tokenStore, instanceId, events } = await watched('token');
  const { capacity } = tokenCache;
  onTestFinished(() => setTokenCacheCapacity(capacity));
  setTokenCacheCapacity(1);
  for (const name of ['first', 'second', 'third']) await tokenStore.requestAccessToken(name, POSSESSION);
  expect(events.filter((event) => event.type === 'token' && event.action === 'evicted')).toEqual(
    ['first', 'second'].map((tokenName) => ({ type: 'token', instanceId, action: 'evicted', tokenName })),
  );
  expect(powerAuth.statistics()).toMatchObject({ tokensEvicted: 2, cachedTokens: 1 });
});

test('a lock that is lost while it is held is told, with how long it was waited for', async () => {
  const base = memoryStorage();
  const taken = new AbortController();
  let isTaken = false;
  const storage = storageLike(base, {
    lock: (name, section) =>
      base.lock(name, ({ signal }) => {
        if (!isTaken) return section({ signal });
        const running = section({ signal: taken.signal });
        taken.abort(lostLockError(name));
        return running;
      }),
  });
  const { powerAuth, instanceId, events } = await watched('lock', storage);
  isTaken = true;
  await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject(
    error(PowerAuthErrorCode.OPERATION_CANCELED),
  );
  const waited = expect.any(Number) as number;
  expect(events).toEqual([
    { type: 'lock', instanceId, action: 'obtained', waited },
    { type: 'lock', instanceId, action: 'lost', waited },
  ]);
  expect(powerAuth.statistics()).toMatchObject({ locksLost: 1 });
});

test('a storage that fails is told with the code of its error', async () => {
  const base = memoryStorage();
  let fails = false;
  const storage = storageLike(base, {
    get: async (key) => {
      if (fails) throw new Error('mine');
      return base.get(key);
    },
  });
  const { tokenStore, instanceId, events } = await watched('storage', storage);
  fails = true;
  await expect(tokenStore.generateHeaderForToken('accounts')).rejects.toThrow();
  expect(events).toContainEqual({
    type: 'storage',
    instanceId,
    operation: 'get',
    duration: expect.any(Number) as number,
    errorCode: 'UNKNOWN_ERROR',
  });
});

test.each([
  () => {
    throw new Error('mine');
  },
  async () => {
    throw new Error('mine');
  },
  // A promise of another realm or library.
  () => runInNewContext("Promise.reject(new Error('mine'))") as unknown,
  () => ({
    then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('mine')),
  }),
  () => ({
    get then() {
      throw new Error('mine');
    },
  }),
  () => new Promise(() => undefined),
])('an observer that fails harms nothing', async (observer) => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  onTestFinished(() => void process.off('unhandledRejection', unhandled));
  const server = await testServer();
  const powerAuth = await testClient(server, { client: { observer } });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('accounts', POSSESSION);
  await setImmediate();
  expect(unhandled).not.toHaveBeenCalled();
});

test('the same is published on channels of Node', async () => {
  const heard: unknown[] = [];
  const listen = (event: unknown) => void heard.push(event);
  subscribe('powerauth-wasm:activation', listen);
  onTestFinished(() => void unsubscribe('powerauth-wasm:activation', listen));
  const server = await testServer();
  const powerAuth = await testClient(server);
  await activate(server, powerAuth);
  await powerAuth.fetchActivationStatus();
  expect(heard).toEqual([{ type: 'activation', instanceId: powerAuth.instanceId, state: 'ACTIVE' }]);
});

test('PowerAuthDebug prints them', async () => {
  const print = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  onTestFinished(() => {
    PowerAuthDebug.traceNativeCodeCalls(false);
    print.mockRestore();
  });
  const server = await testServer();
  const powerAuth = await testClient(server);
  await activate(server, powerAuth);
  expect(print).not.toHaveBeenCalled();
  PowerAuthDebug.traceNativeCodeCalls(true);
  await powerAuth.fetchActivationStatus();
  expect(print).not.toHaveBeenCalled();
  await powerAuth.validatePassword('0000').catch(() => undefined);
  expect(print.mock.calls.join()).toContain('"errorCode":"AUTHENTICATION_ERROR"');
  PowerAuthDebug.traceNativeCodeCalls(false, true);
  await powerAuth.fetchActivationStatus();
  expect(print.mock.calls.join()).toContain('"state":"ACTIVE"');
});

test('statistics need a configured instance', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  await powerAuth.deconfigure();
  expect(powerAuth.statistics()).toBeUndefined();
});
