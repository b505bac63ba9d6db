/** Another key for the records of a store, also while it is in use, and after a crash half way. */
import { expect, test } from 'vitest';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { resealRecords } from '../../../src/records.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { MemorySpace, memoryStorage } from '../../../src/storage/memory.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { PASSWORD, statusOf, testClient, testServer } from '../../helpers/client.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore, testRedisStore, testSentinelStore } from '../../helpers/redis.ts';
import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { rejection, storageLike } from '../../helpers/storage.ts';
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
} from '../../records/store.ts';
import { readable } from './reseal.ts';

const nobodysKey = newKey();

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
