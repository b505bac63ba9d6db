/** Another key for the records of a store, also while it is in use, and after a crash half way. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PowerAuthSealingKey, PowerAuthStorage } from '../../../src/index.ts';
import { copyRecords, resealRecords, type ResealRecordsOptions } from '../../../src/records.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { MemorySpace, memoryStorage } from '../../../src/storage/memory.ts';
import { sealedStorage, sealedUnheld } from '../../../src/storage/sealed.ts';
import { activate, PASSWORD, statusOf, testClient, testServer } from '../../helpers/client.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore, testRedisStore, testSentinelStore } from '../../helpers/redis.ts';
import { describeWithSqlite, testSqliteStorage, testSqliteStore } from '../../helpers/sqlite.ts';
import { keysOf, rejection, storageLike, temporaryFolder } from '../../helpers/storage.ts';
import {
  addTokens,
  contentOf,
  failingAt,
  fill,
  madeUpToken,
  MANY,
  newKey,
  POSSESSION,
  rawContentOf,
  recordsOf,
} from '../../records/store.ts';

const nobodysKey = newKey();

/** How many records of a store can be read with a key. */
async function readable(storage: PowerAuthStorage, sealingKey: PowerAuthSealingKey): Promise<number> {
  return (await recordsOf({ storage, sealingKey })).filter(({ type }) => type !== 'unreadable').length;
}

const KINDS: [string, () => Promise<PowerAuthStorage>][] = [
  ['memory', async () => memoryStorage()],
  ['sqlite', async () => (await testSqliteStore()).open()],
];

function testKinds(kinds: typeof KINDS): void {
  test.each(kinds)('in %s: complete, and nothing is left under the old key', async (name, open) => {
    const server = await testServer();
    const [storage, from, to] = [await open(), newKey(), newKey()];
    const instanceId = `resealed ${name}`;
    const { powerAuth } = await fill(server, { storage, sealingKey: from }, instanceId, ['api']);
    await powerAuth.deconfigure();
    await storage.set('somebody/else', new Uint8Array(60));
    const content = await contentOf(storageWithout(storage, 'somebody/else'), from);
    const seen: unknown[] = [];
    const result = await resealRecords(storage, { from, to, onProgress: (progress) => seen.push(progress) });
    expect(result).toEqual({ resealed: 2, unchanged: 0, unreadable: 0 });
    expect(seen).toEqual([1, 2].map((done) => ({ done, total: 2 })));
    expect(await readable(storage, from)).toBe(0);
    expect(await contentOf(storageWithout(storage, 'somebody/else'), to)).toEqual(content);
    expect(await storage.get('somebody/else')).toEqual(new Uint8Array(60));
    const before = await rawContentOf(storage);
    expect(await resealRecords(storage, { from, to })).toEqual({ resealed: 0, unchanged: 2, unreadable: 0 });
    expect(await rawContentOf(storage)).toEqual(before);
    const again = await testClient(server, { storage, sealingKey: to, instanceId });
    await again.validatePassword(PASSWORD);
    await again.deconfigure();
  });
}

const storageWithout = (storage: PowerAuthStorage, hidden: string): PowerAuthStorage =>
  storageLike(storage, {
    async *list(prefix) {
      for await (const key of storage.list(prefix)) if (key !== hidden) yield key;
    },
  });

testKinds(KINDS.slice(0, 1));
describeWithSqlite('SQLite', () => testKinds(KINDS.slice(1)));
describeWith('redis', 'Redis', () =>
  testKinds([
    ['redis', async () => (await testRedisStore()).open()],
    ['a redis cluster', async () => (await testClusterStore()).open()],
    ['redis behind sentinels', async () => (await testSentinelStore()).open()],
  ]),
);

test('with the wrong old key, or a damaged record, nothing is lost and the rest can be done', async () => {
  const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage, sealingKey: from }, 'wrong old key', 4);
  const before = await rawContentOf(storage);
  expect(await rejection(resealRecords(storage, { from: nobodysKey, to }))).toMatchObject(
    error('INVALID_ACTIVATION_DATA', /sealed with another key/),
  );
  expect(await rawContentOf(storage)).toEqual(before);
  const key = new RecordKeys('wrong old key').token('token 0');
  const damaged = (await storage.get(key)) ?? new Uint8Array();
  damaged[40] = (damaged[40] ?? 0) ^ 1;
  await storage.set(key, damaged);
  expect(await rejection(resealRecords(storage, { from, to }))).toMatchObject(
    error('INVALID_ACTIVATION_DATA', /it is damaged: its content/),
  );
  const told: string[] = [];
  const options = { from, to, onUnreadable: (record: { key: string }) => void told.push(record.key) };
  const { unreadable } = await resealRecords(storage, options);
  expect([unreadable, told]).toEqual([1, [key]]);
  expect(await storage.get(key)).toEqual(damaged);
  expect(await readable(storage, to)).toBe(3);
});

test('that fails in any call is completed by the next one', async () => {
  for (let at = 0; ; at++) {
    const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
    await addTokens({ storage, sealingKey: from }, 'half resealed', 3);
    const content = await contentOf(storage, from);
    const outcome = await resealRecords(failingAt(storage, at), { from, to }).then(
      () => 'done',
      (reason: unknown) => reason,
    );
    // Anyone who knows both keys sees no difference at any moment.
    expect(await contentOf(storage, [to, from])).toEqual(content);
    if (outcome === 'done') {
      expect(at).toBeGreaterThan(10);
      break;
    }
    expect(outcome).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
    const { resealed, unchanged } = await resealRecords(storage, { from, to });
    expect(resealed + unchanged).toBe(3);
    expect(await contentOf(storage, to)).toEqual(content);
    expect(await readable(storage, from)).toBe(0);
  }
});

test('a record that somebody seals under the old key in the meantime is found', async () => {
  const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage, sealingKey: from }, 'late', 2);
  let lists = 0;
  const busy = storageLike(storage, {
    async *list(prefix) {
      // The first counts, the second seals anew.
      if (++lists === 3) {
        const key = new RecordKeys('late').token('new');
        await sealedStorage(storage, from).set(key, madeUpToken('late', 'new', 'x'));
      }
      yield* storage.list(prefix);
    },
  });
  expect(await resealRecords(busy, { from, to })).toMatchObject({ resealed: 3 });
  expect(await readable(storage, to)).toBe(3);
});

test('where somebody goes on sealing under the old key for ever, it says so', async () => {
  const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage, sealingKey: from }, 'stubborn', 1);
  const key = new RecordKeys('stubborn').token('token 0');
  const old = sealedStorage(storage, from);
  const stubborn = storageLike(storage, {
    update: async (name, change) => {
      const stored = await storage.update(name, change);
      await old.set(key, madeUpToken('stubborn', 'token 0', 'x'));
      return stored;
    },
  });
  expect(await rejection(resealRecords(stubborn, { from, to }))).toMatchObject(
    error('UNKNOWN_ERROR', /keeps sealing records under the old key.*\[new key, old key\]/),
  );
});

test('instances that know both keys go on in the meantime, and then with the new key alone', async () => {
  const server = await testServer();
  const space = new MemorySpace();
  const [from, to] = [newKey(), newKey()];
  const { powerAuth } = await fill(server, { storage: memoryStorage(space), sealingKey: from }, 'in use', [
    'api',
  ]);
  await powerAuth.deconfigure();
  const both = await testClient(server, {
    storage: memoryStorage(space),
    instanceId: 'in use',
    keychain: { sealingKey: [to, from] },
  });
  const storage = memoryStorage(space);
  await addTokens({ storage, sealingKey: from }, 'beside', 40);
  const sign = async (): Promise<number> => {
    const header = await both.requestSignature(POSSESSION, 'POST', '/api/possession', 'body');
    return statusOf(server, header, '/api/possession', { body: 'body' });
  };
  const [result] = await Promise.all([
    resealRecords(storage, { from, to }),
    sign(),
    both.tokenStore.requestAccessToken('made then', POSSESSION),
    both.tokenStore.generateHeaderForToken('api'),
    both.changePassword(PASSWORD, 'another password'),
  ]);
  expect(result.unreadable).toBe(0);
  await both.deconfigure();
  const after = await testClient(server, {
    storage: memoryStorage(space),
    instanceId: 'in use',
    sealingKey: to,
  });
  await after.validatePassword('another password');
  expect(await after.tokenStore.hasLocalToken('made then')).toBe(true);
  expect(await readable(storage, from)).toBe(0);
});

test('one at a time on one store', async () => {
  const space = new MemorySpace();
  const [from, to] = [newKey(), newKey()];
  await addTokens({ storage: memoryStorage(space), sealingKey: from }, 'at once', 20);
  const results = await Promise.all([1, 2].map(() => resealRecords(memoryStorage(space), { from, to })));
  expect(results.map(({ resealed, unchanged }) => [resealed, unchanged])).toEqual([
    [20, 0],
    [0, 20],
  ]);
});

test('what was overwritten is forgotten at the end, when all is done', async () => {
  const [memory, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage: memory, sealingKey: from }, 'forgotten', 3);
  const left: number[] = [];
  const forget = async (): Promise<void> => void left.push(await readable(memory, from));
  await resealRecords({ ...memory, forget }, { from, to });
  await resealRecords({ ...memory, forget }, { from, to });
  expect(left).toEqual([0, 0]);
});

test('a storage that cannot forget at the end has done all the same', async () => {
  const [memory, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage: memory, sealingKey: from }, 'not forgotten', 3);
  const forget = (): Promise<void> => Promise.reject(new Error('the disk failed'));
  expect(await resealRecords(storageLike(memory, { forget }), { from, to })).toMatchObject({ resealed: 3 });
  expect(await readable(memory, to)).toBe(3);
});

test('it is given up by its signal, and goes on later', async () => {
  const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage, sealingKey: from }, 'given up', 100);
  const controller = new AbortController();
  const onProgress = ({ done }: { done: number }): void => {
    if (done === 5) controller.abort();
  };
  const options = { from, to, onProgress, signal: controller.signal };
  expect(await rejection(resealRecords(storage, options))).toMatchObject(error('OPERATION_CANCELED'));
  const half = await readable(storage, to);
  expect(half).toBeGreaterThanOrEqual(5);
  expect(half).toBeLessThan(100);
  expect(await resealRecords(storage, { from, to })).toMatchObject({ resealed: 100 - half, unchanged: half });
});

test('a large store is sealed again with a few records in hand', async () => {
  const [storage, from, to] = [memoryStorage(), newKey(), newKey()];
  await addTokens({ storage, sealingKey: from }, 'large', MANY);
  let [inHand, most] = [0, 0];
  const counting = storageLike(storage, {
    update: async (key, change) => {
      most = Math.max(most, ++inHand);
      return storage.update(key, change).finally(() => inHand--);
    },
  });
  expect(await resealRecords(counting, { from, to })).toMatchObject({ resealed: MANY });
  expect(most).toBeLessThanOrEqual(16);
});

describe("the storage's own key", () => {
  test('is replaced by a new one; an instance in use follows it, and makes new records under it', async () => {
    const server = await testServer();
    const space = new MemorySpace();
    const storage = memoryStorage(space);
    const old = await storage.sealingKey?.();
    const inUse = async (instanceId: string) =>
      testClient(server, {
        storage: memoryStorage(space),
        instanceId,
        keychain: { sealingKey: undefined },
      });
    const first = await inUse('own key 1');
    await activate(server, first);
    await first.tokenStore.requestAccessToken('api', POSSESSION);
    const second = await inUse('own key 2');
    expect(await resealRecords(storage)).toEqual({ resealed: 2, unchanged: 0, unreadable: 0 });
    const replaced = await storage.sealingKey?.();
    expect(replaced).not.toBe(old);
    expect(await readable(storage, old as CryptoKey)).toBe(0);
    // Neither has read anything since, the second one nothing at all.
    await first.tokenStore.requestAccessToken('made afterwards', POSSESSION);
    await activate(server, second);
    expect(await readable(storage, replaced as CryptoKey)).toBe(4);
  });

  test.each(['set', 'update'] as const)(
    'a new record that was sealed before, and lands when all is done, is under the new one: %s',
    async (call) => {
      const storage = memoryStorage();
      const own = async (): Promise<CryptoKey | readonly CryptoKey[]> => (await storage.sealingKey?.()) ?? [];
      const keys = new RecordKeys('lands late');
      await sealedUnheld(storage, own).set(keys.token('first'), madeUpToken('lands late', 'first', 'x'));
      let [isSealed, land] = [(): void => undefined, (): void => undefined];
      const sealedThen = new Promise<void>((resolve) => (isSealed = resolve));
      const landing = new Promise<void>((resolve) => (land = resolve));
      const wait = async (): Promise<void> => {
        isSealed();
        await landing;
      };
      const slow = storageLike(storage, {
        set: async (key, value) => wait().then(() => storage.set(key, value)),
        update: async (key, change) =>
          storage.update(key, async (current) => {
            const next = await change(current);
            await wait();
            return next;
          }),
      });
      const token = madeUpToken('lands late', 'late', 'x');
      const sealed = sealedUnheld(slow, own, true);
      const write =
        call === 'set'
          ? sealed.set(keys.token('late'), token)
          : sealed.update(keys.token('late'), () => token);
      await sealedThen;
      expect(await resealRecords(storage)).toMatchObject({ resealed: 1 });
      land();
      await write;
      expect(await readable(storage, (await own()) as CryptoKey)).toBe(2);
    },
  );

  test('is not replaced by whoever has lost the lock without being told', async () => {
    const storage = memoryStorage();
    const own = await storage.sealingKey?.();
    let replaced = false;
    const lost = storageLike(storage, {
      sealingKey: async () => (await storage.sealingKey?.()) ?? [],
      replaceSealingKey: async (reseal) => {
        await storage.replaceSealingKey?.(reseal);
        replaced = true;
      },
      lock: (name, section) =>
        storage.lock(name, async ({ signal }) => section({ signal, isHeld: () => Promise.resolve(false) })),
    });
    expect(await rejection(resealRecords(lost))).toMatchObject(error('OPERATION_CANCELED'));
    expect(replaced).toBe(false);
    expect(await storage.sealingKey?.()).toMatchObject([expect.anything(), own]);
  });

  test('is followed by a key of the caller, and takes its place again', async () => {
    const storage = memoryStorage();
    const own = (await storage.sealingKey?.()) as CryptoKey;
    const key = newKey();
    await sealedStorage(storage, own).set(
      new RecordKeys('moved').token('api'),
      madeUpToken('moved', 'api', 'x'),
    );
    expect(await resealRecords(storage, { to: key })).toMatchObject({ resealed: 1 });
    expect(await readable(storage, key)).toBe(1);
    expect(await resealRecords(storage, { from: key })).toMatchObject({ resealed: 1 });
    expect(await readable(storage, own)).toBe(1);
    expect(await storage.sealingKey?.()).toBe(own);
  });

  test('that cannot be replaced, or is none, needs one of the caller', async () => {
    const storage = storageLike(memoryStorage(), {});
    await expect(resealRecords(storage)).rejects.toMatchObject(
      error('WRONG_PARAMETER', /^to: the memory storage keeps no sealing key that can be replaced/),
    );
    const shared = { ...storage, needsSealingKey: true };
    await expect(resealRecords(shared, { to: newKey() })).rejects.toMatchObject(
      error('WRONG_PARAMETER', /^from: the memory storage needs one/),
    );
    const wrong = { to: new Uint8Array(3) } as ResealRecordsOptions;
    await expect(resealRecords(storage, wrong)).rejects.toMatchObject(
      error('WRONG_PARAMETER', /^options\.to: expected 32 bytes/),
    );
  });

  describeWithSqlite('in a file', () => {
    test('is another file afterwards; after a failure half way both are there, and the next call goes on', async () => {
      const path = await temporaryFolder();
      const storage = testSqliteStorage(path);
      const old = (await storage.sealingKey?.()) as CryptoKey;
      const file = (): Buffer => readFileSync(join(path, 'sealing.key'));
      const before = file();
      const sealed = sealedStorage(storage, old);
      for (const name of ['a', 'b', 'c']) {
        await sealed.set(new RecordKeys('file').token(name), madeUpToken('file', name, 'x'));
      }
      const content = await contentOf(storage, old);
      for (const at of [1, 6, 9]) {
        await expect(resealRecords(failingAt(storage, at))).rejects.toMatchObject(error('UNKNOWN_ERROR'));
        expect(file().equals(before)).toBe(true);
        expect(readdirSync(path)).toContain('sealing.key.next');
        expect(await readableByOthers(path)).toBe(3);
      }
      const { resealed, unchanged } = await resealRecords(storage);
      expect(resealed + unchanged).toBe(3);
      expect(file().equals(before)).toBe(false);
      expect(readdirSync(path)).not.toContain('sealing.key.next');
      expect(await contentOf(storage, file())).toEqual(content);
      expect(await readable(storage, old)).toBe(0);
      expect(await readableByOthers(path)).toBe(3);
    });

    test('nothing of the old records is left in the files', async () => {
      const path = await temporaryFolder();
      const storage = testSqliteStorage(path);
      const sealed = sealedStorage(storage, async () => (await storage.sealingKey?.()) ?? []);
      for (const name of ['a', 'b', 'c']) {
        await sealed.set(new RecordKeys('files').token(name), madeUpToken('files', name, 'x'));
      }
      const old = Object.values(await rawContentOf(storage));
      // By another process: closing a file here would drop SQLite's locks.
      const files = (): string =>
        execFileSync('sh', ['-c', 'cat powerauth.db*'], { cwd: path }).toString('hex');
      const found = (): number => old.filter((record) => files().includes(record)).length;
      expect(found()).toBe(3);
      await resealRecords(storage);
      expect(found()).toBe(0);
    });

    test('a process that is killed half way leaves a store that can be used, and that the next call completes', async () => {
      const script = await buildChild(new URL('./work-child.ts', import.meta.url));
      const path = await temporaryFolder();
      const storage = testSqliteStorage(path);
      const key = (await storage.sealingKey?.()) as CryptoKey;
      const sealed = sealedStorage(storage, key);
      await Promise.all(
        Array.from({ length: 300 }, (_, i) =>
          sealed.set(new RecordKeys('killed').token(`${i}`), madeUpToken('killed', `${i}`, 'x')),
        ),
      );
      const content = await contentOf(storage, key);
      for (const done of [20, 150]) {
        await killHalfWay(new Child(script, 'reseal', `${done}`, path));
        expect(readdirSync(path)).toContain('sealing.key.next');
        expect(await readableByOthers(path)).toBe(300);
      }
      const { resealed, unchanged } = await resealRecords(testSqliteStorage(path));
      expect(resealed + unchanged).toBe(300);
      expect(resealed).toBeLessThan(300);
      expect(await contentOf(storage, readFileSync(join(path, 'sealing.key')))).toEqual(content);

      const copied = await temporaryFolder();
      await killHalfWay(new Child(script, 'copy', '100', path, copied));
      const target = testSqliteStorage(copied);
      const half = (await keysOf(target)).length;
      expect(half).toBeGreaterThan(50);
      expect(half).toBeLessThan(300);
      expect(await copyRecords({ storage: testSqliteStorage(path) }, { storage: target })).toMatchObject({
        copied: 300 - half,
        equal: half,
      });
      expect(await contentOf(target, readFileSync(join(copied, 'sealing.key')))).toEqual(content);
    });
  });
});

/** How many records somebody reads who knows nothing of the work. */
async function readableByOthers(path: string): Promise<number> {
  const records = await recordsOf({ storage: testSqliteStorage(path) });
  return records.filter(({ type }) => type !== 'unreadable').length;
}

async function killHalfWay(child: Child): Promise<void> {
  expect(await child.receive()).toBe('halted');
  await child.kill();
}
