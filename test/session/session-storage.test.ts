/** The end of a session while its storage is writing, and while it hangs. */

import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthErrorCode, type PowerAuthStorage } from '../../src/index.ts';
import { SessionStorage } from '../../src/session/session-storage.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const CANCELED = error(PowerAuthErrorCode.OPERATION_CANCELED);

interface Hanging {
  readonly storage: PowerAuthStorage;
  /** Resolved when a write has come to it. */
  readonly arrived: Promise<void>;
  readonly goOn: () => void;
  readonly isClosed: () => boolean;
}

/** A storage that hangs when it writes, until it is told to go on. */
function hanging(): Hanging {
  const base = memoryStorage();
  let arrive = (): void => undefined;
  let goOn = (): void => undefined;
  let isClosed = false;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const going = new Promise<void>((resolve) => (goOn = resolve));
  const wait = async (): Promise<void> => {
    arrive();
    await going;
  };
  const storage = storageLike(base, {
    set: (key, value) => wait().then(() => base.set(key, value)),
    delete: (key) => wait().then(() => base.delete(key)),
    update: (key, change) => wait().then(() => base.update(key, change)),
    close: async () => {
      isClosed = true;
      await base.close();
    },
  });
  return { storage, arrived, goOn, isClosed: () => isClosed };
}

/** Whether a promise has come to its end by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});

const WRITES = {
  set: (storage) => storage.set('key', new Uint8Array(1)),
  delete: (storage) => storage.delete('key'),
  update: (storage) => storage.update('key', () => new Uint8Array(1)),
  'work of several steps': (storage) => storage.uncut(() => storage.set('key', new Uint8Array(1))),
} satisfies Record<string, (storage: SessionStorage) => Promise<unknown>>;

describe('a storage that hangs', () => {
  test.each(Object.entries(WRITES))('%s: it is waited for, 4 s and no longer', async (_, write) => {
    const { storage, arrived, goOn, isClosed } = hanging();
    const ended = new AbortController();
    const session = new SessionStorage(storage, ended.signal);
    const writing = write(session).catch((cause: unknown) => cause);
    await arrived;
    ended.abort();
    const closing = session.close();
    await vi.advanceTimersByTimeAsync(3999);
    expect(await isSettled(closing)).toBe(false);
    expect(isClosed()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    expect(isClosed(), 'others may use it').toBe(false);

    // Its caller is told, and the process not held.
    expect(await isSettled(writing)).toBe(true);
    expect(await writing).toMatchObject(CANCELED);
    goOn();
  });

  test('one that goes on is waited for no longer than it takes', async () => {
    const { storage, goOn, isClosed } = hanging();
    const ended = new AbortController();
    const session = new SessionStorage(storage, ended.signal);
    const writing = session.set('key', new Uint8Array(1));
    ended.abort();
    const closing = session.close();
    expect(await isSettled(closing)).toBe(false);
    goOn();
    await closing;
    await writing;
    expect(isClosed(), 'others may use it').toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Settles nothing before it is told to. */
function silent(): { readonly storage: PowerAuthStorage; readonly say: (value: Uint8Array) => void } {
  let say = (_: Uint8Array): void => undefined;
  const said = new Promise<Uint8Array>((resolve) => (say = resolve)) as Promise<never>;
  const never = () => said;
  const list = () => ({ [Symbol.asyncIterator]: () => ({ next: never }) });
  const storage = storageLike(memoryStorage(), { get: never, update: never, lock: never, list });
  return { storage, say: (value) => say(value) };
}

const WAITS = {
  get: (storage) => storage.get('key'),
  update: (storage) => storage.update('key', (current) => current),
  lock: (storage) => storage.lock('lock', async () => undefined),
  list: async (storage) => {
    for await (const _ of storage.list('')) return;
  },
  'work of several steps': (storage) => storage.uncut(() => storage.get('key')),
} satisfies Record<string, (storage: SessionStorage) => Promise<unknown>>;

test.each(Object.entries(WAITS))('%s that never ends holds nobody after the end', async (_, wait) => {
  const ended = new AbortController();
  const session = new SessionStorage(silent().storage, ended.signal);
  const waiting = wait(session).catch((cause: unknown) => cause);
  ended.abort();
  const closing = session.close();
  await vi.advanceTimersByTimeAsync(4000);
  await closing;
  expect(await isSettled(waiting)).toBe(true);
  expect(await waiting).toMatchObject(CANCELED);
});

test('a section that has done its work before the end tells so, also where its lock is never freed', async () => {
  const base = memoryStorage();
  const storage = storageLike(base, {
    lock: async (name, section) => {
      await base.lock(name, section);
      return new Promise<never>(() => undefined);
    },
  });
  const ended = new AbortController();
  const session = new SessionStorage(storage, ended.signal);
  const locked = session.lock('lock', () =>
    session.uncut(async () => {
      ended.abort();
      await session.set('key', new Uint8Array(1));
      return 'done';
    }),
  );
  while (!ended.signal.aborted) await Promise.resolve();
  await session.close();
  expect(await locked).toBe('done');
});

test('a value that comes after the end is wiped', async () => {
  const ended = new AbortController();
  const { storage, say } = silent();
  const session = new SessionStorage(storage, ended.signal);
  const reading = session.get('key').catch((cause: unknown) => cause);
  ended.abort();
  await session.close();
  expect(await reading).toMatchObject(CANCELED);
  const late = Uint8Array.of(1, 2, 3);
  say(late);
  await isSettled(reading);
  expect(late).toEqual(new Uint8Array(3));
});

test('work of several steps goes no further when it was given up', async () => {
  const { storage, goOn } = hanging();
  const ended = new AbortController();
  const session = new SessionStorage(storage, ended.signal);
  const work = session.uncut(async () => {
    await session.set('first', new Uint8Array(1));
    await session.set('second', new Uint8Array(1));
  });
  work.catch(() => undefined);
  ended.abort();
  const closing = session.close();
  await vi.advanceTimersByTimeAsync(4000);
  await closing;
  goOn();
  await expect(work).rejects.toMatchObject(CANCELED);
  expect(await storage.get('first')).toEqual(new Uint8Array(1));
  expect(await storage.get('second')).toBeUndefined();
});

test('deconfigure ends after 4 s where the storage hangs, and configure comes after it', async () => {
  const server = await testServer();
  const { storage, arrived, goOn } = hanging();
  const instanceId = 'hangs';
  const powerAuth = await testClient(server, { instanceId, storage });
  const removing = powerAuth.tokenStore.removeLocalToken('token');
  removing.catch(() => undefined);
  await arrived;
  const ending = powerAuth.deconfigure();
  const again = testClient(server, { instanceId });
  await vi.advanceTimersByTimeAsync(3999);
  expect(await isSettled(ending)).toBe(false);
  expect(await isSettled(again)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await ending;
  await again;
  expect(await powerAuth.isConfigured()).toBe(true);
  goOn();
  await isSettled(removing);
  expect(await powerAuth.isConfigured()).toBe(true);
});

test('a storage that never answers holds no process after deconfigure', async () => {
  const powerAuth = await testClient(await testServer(), { storage: silent().storage });
  const call = powerAuth.hasValidActivation().catch((cause: unknown) => cause);
  expect(await isSettled(call)).toBe(false);
  await powerAuth.deconfigure();
  expect(await call).toMatchObject(CANCELED);
  expect(vi.getTimerCount()).toBe(0);
});
