/** Copies of stores: complete, repeatable, and only what was asked for. */

import { expect, test } from 'vitest';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { copyRecords, type CopyRecordsOptions, type PowerAuthStore } from '../../../src/records.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { PASSWORD, statusOf, testClient, testServer } from '../../helpers/client.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore, testRedisStore, testSentinelStore } from '../../helpers/redis.ts';
import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
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

type Store = Required<PowerAuthStore> & { sealingKey: Uint8Array };

const newStore = (storage: PowerAuthStorage = memoryStorage()): Store => ({ storage, sealingKey: newKey() });

/** Two instances that were used, and ended. */
async function used(store: Store, ...ids: readonly string[]) {
  const server = await testServer();
  for (const id of ids) {
    const { powerAuth } = await fill(server, store, id, ['api', '\ud83d']);
    await powerAuth.requestSignature(POSSESSION, 'POST', '/login', 'body');
    await powerAuth.deconfigure();
  }
  return server;
}

/** What a copy must be: the same, for clients as well. */
async function expectCopy(
  server: Awaited<ReturnType<typeof testServer>>,
  from: Store,
  to: Store,
  instanceId: string,
): Promise<void> {
  expect(await contentOf(to.storage, to.sealingKey)).toEqual(await contentOf(from.storage, from.sealingKey));
  const powerAuth = await testClient(server, { ...to, instanceId });
  expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('api'))).toBe(200);
  await powerAuth.validatePassword(PASSWORD);
  await powerAuth.deconfigure();
}

const KINDS: [string, () => Promise<PowerAuthStorage>][] = [
  ['memory', async () => memoryStorage()],
  ['sqlite', async () => (await testSqliteStore()).open()],
];

function testCopies(title: string, kinds: typeof KINDS): void {
  test.each(kinds)(`${title} %s, and back`, async (name, open) => {
    const [here, there, back] = [newStore(), newStore(await open()), newStore(await open())];
    const server = await used(here, `copy 1 ${name}`, `copy 2 ${name}`);
    const before = await rawContentOf(here.storage);
    const seen: unknown[] = [];
    const result = await copyRecords(here, there, { onProgress: (progress) => seen.push(progress) });
    expect(result).toEqual({ copied: 6, equal: 0, skipped: 0, unreadable: 0 });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((done) => ({ done, total: 6 })));
    expect(await copyRecords(there, back)).toMatchObject({ copied: 6 });
    expect(await rawContentOf(here.storage)).toEqual(before);
    await expectCopy(server, here, back, `copy 1 ${name}`);
    // Where it is in use, the counter runs apart, and a repeated copy is in the way.
    expect(await rejection(copyRecords(here, back))).toMatchObject(error('INVALID_ACTIVATION_STATE'));
  });
}

testCopies('a store is copied into memory or', KINDS.slice(0, 1));
describeWithSqlite('SQLite', () => testCopies('a store is copied into', KINDS.slice(1)));
describeWith('redis', 'Redis', () =>
  testCopies('a store is copied into', [
    ['redis', async () => (await testRedisStore()).open()],
    ['a redis cluster', async () => (await testClusterStore()).open()],
    ['redis behind sentinels', async () => (await testSentinelStore()).open()],
  ]),
);

test('one instance alone', async () => {
  const [from, to] = [newStore(), newStore()];
  await used(from, 'copied alone', 'left alone');
  expect(await copyRecords(from, to, { instanceId: 'copied alone' })).toMatchObject({ copied: 3 });
  expect(
    (await keysOf(to.storage)).every((key) => key.startsWith(new RecordKeys('copied alone').instance)),
  ).toBe(true);
});

test('keys of others stay where they are; orphans go along', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'orphans', 2);
  await from.storage.set('somebody/else', new Uint8Array(60));
  expect(await copyRecords(from, to)).toMatchObject({ copied: 2 });
  expect(await keysOf(to.storage)).not.toContain('somebody/else');
});

test('under one key the copies are sealed again, too', async () => {
  const from = newStore();
  const to = { ...newStore(), sealingKey: from.sealingKey };
  await addTokens(from, 'same key', 1);
  await copyRecords(from, to);
  expect(await rawContentOf(to.storage)).not.toEqual(await rawContentOf(from.storage));
  expect(await contentOf(to.storage, to.sealingKey)).toEqual(await contentOf(from.storage, from.sealingKey));
});

test('what is in the way is refused before anything is written, skipped as a whole, or replaced', async () => {
  const [from, to] = [newStore(), newStore()];
  await used(from, 'in the way', 'free');
  await used(to, 'in the way');
  await sealedStorage(to.storage, to.sealingKey).delete(new RecordKeys('in the way').token('\ud83d'));
  const before = await rawContentOf(to.storage);
  expect(await rejection(copyRecords(from, to))).toMatchObject(
    error('INVALID_ACTIVATION_STATE', /existing: the other store has another record ".*'skip'.*'overwrite'/),
  );
  expect(await rawContentOf(to.storage)).toEqual(before);

  const skipped = await copyRecords(from, to, { existing: 'skip' });
  // Not even the token that was missing: it is of another activation.
  expect(skipped).toEqual({ copied: 3, equal: 0, skipped: 3, unreadable: 0 });
  expect(await rawContentOf(to.storage)).toMatchObject(before);

  const replaced = await copyRecords(from, to, { existing: 'overwrite' });
  expect(replaced).toEqual({ copied: 3, equal: 3, skipped: 0, unreadable: 0 });
  expect(await contentOf(to.storage, to.sealingKey)).toEqual(await contentOf(from.storage, from.sealingKey));
});

test('a record that appears in the meantime is not overwritten', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'meanwhile', 1);
  const key = new RecordKeys('meanwhile').token('token 0');
  const sealed = sealedStorage(to.storage, to.sealingKey);
  let theirs = true;
  const storage = storageLike(to.storage, {
    update: async (name, change) => {
      if (theirs) await sealed.set(key, madeUpToken('meanwhile', 'token 0', 'theirs'));
      theirs = false;
      return to.storage.update(name, change);
    },
  });
  expect(await rejection(copyRecords(from, { ...to, storage }))).toMatchObject(
    error('INVALID_ACTIVATION_STATE'),
  );
  expect(await recordsOf(to)).toMatchObject([{ activationId: 'theirs' }]);
});

test('a record that cannot be read ends the copy, or is left out and told', async () => {
  const [from, to] = [newStore(), newStore()];
  await used(from, 'damaged copy');
  const key = new RecordKeys('damaged copy').token('api');
  const record = (await from.storage.get(key)) ?? new Uint8Array();
  record[record.length - 1] = (record.at(-1) ?? 0) ^ 1;
  await from.storage.set(key, record);
  expect(await rejection(copyRecords(from, to))).toMatchObject(
    error('INVALID_ACTIVATION_DATA', /it is damaged: its content/),
  );
  // The activation comes last, so nobody takes the half for the whole.
  expect((await recordsOf(to)).map(({ type }) => type)).not.toContain('activation');
  const unreadable: string[] = [];
  const onUnreadable = (found: { key: string }) => void unreadable.push(found.key);
  expect(await copyRecords(from, to, { onUnreadable })).toMatchObject({ unreadable: 1 });
  expect(unreadable).toEqual([key]);
  expect(await keysOf(to.storage)).toHaveLength(2);
});

test('a record of the other store that cannot be read is in the way like any other one', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'damaged there', 3);
  await copyRecords(from, to);
  const key = new RecordKeys('damaged there').token('token 1');
  const damaged = (await to.storage.get(key)) ?? new Uint8Array();
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await to.storage.set(key, damaged);
  const onUnreadable = (): void => undefined;
  for (const existing of ['refuse', 'skip', 'overwrite'] as const) {
    // A wrong key would have all of them overwritten.
    expect(await rejection(copyRecords(from, to, { existing }))).toMatchObject(
      error('INVALID_ACTIVATION_DATA', /it is damaged: its content/),
    );
  }
  expect(await rejection(copyRecords(from, to, { onUnreadable }))).toMatchObject(
    error('INVALID_ACTIVATION_STATE', /existing: the other store has another record/),
  );
  const skipped = await copyRecords(from, to, { existing: 'skip', onUnreadable });
  expect(skipped).toEqual({ copied: 0, equal: 2, skipped: 1, unreadable: 0 });
  expect(await to.storage.get(key)).toEqual(damaged);
  const replaced = await copyRecords(from, to, { existing: 'overwrite', onUnreadable });
  expect(replaced).toEqual({ copied: 1, equal: 2, skipped: 0, unreadable: 0 });
  expect(await contentOf(to.storage, to.sealingKey)).toEqual(await contentOf(from.storage, from.sealingKey));
});

test('a record of the other store that is damaged in the meantime conflicts, too', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'damaged then', 1);
  const storage = storageLike(to.storage, {
    update: async (key, change) => {
      await to.storage.set(key, new Uint8Array(60));
      return to.storage.update(key, change);
    },
  });
  const onUnreadable = (): void => undefined;
  expect(await rejection(copyRecords(from, { ...to, storage }, { onUnreadable }))).toMatchObject(
    error('INVALID_ACTIVATION_STATE'),
  );
});

test('with the wrong key of either store nothing is copied', async () => {
  const [from, to] = [newStore(), newStore()];
  await used(from, 'wrong copy key');
  const wrong = newKey();
  expect(await rejection(copyRecords({ ...from, sealingKey: wrong }, to))).toMatchObject(
    error('INVALID_ACTIVATION_DATA', /sealed with another key/),
  );
  expect(await keysOf(to.storage)).toEqual([]);
  await copyRecords(from, to);
  const before = await rawContentOf(to.storage);
  for (const existing of ['refuse', 'skip', 'overwrite'] as const) {
    expect(await rejection(copyRecords(from, { ...to, sealingKey: wrong }, { existing }))).toMatchObject(
      error('INVALID_ACTIVATION_DATA', /sealed with another key/),
    );
  }
  expect(await rawContentOf(to.storage)).toEqual(before);
});

test('a copy that fails in any call is completed by the next one', async () => {
  const from = newStore();
  await used(from, 'half way');
  await addTokens(from, 'half way 2', 2);
  const expected = await contentOf(from.storage, from.sealingKey);
  for (const side of ['from', 'to'] as const) {
    for (let at = 0; ; at++) {
      const to = newStore();
      const storage = failingAt(side === 'from' ? from.storage : to.storage, at);
      const attempt =
        side === 'from' ? copyRecords({ ...from, storage }, to) : copyRecords(from, { ...to, storage });
      const outcome = await attempt.then(
        () => 'done',
        (reason: unknown) => reason,
      );
      if (outcome === 'done') {
        expect(at).toBeGreaterThan(4);
        break;
      }
      expect(outcome).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
      for (const record of await recordsOf(to)) {
        if (record.type !== 'activation') continue;
        // Whole instances, or none.
        expect(await recordsOf(to, { instanceId: record.instanceId })).toHaveLength(3);
      }
      const { copied, equal } = await copyRecords(from, to);
      expect(copied + equal).toBe(5);
      expect(await contentOf(to.storage, to.sealingKey)).toEqual(expected);
    }
  }
  expect(await contentOf(from.storage, from.sealingKey)).toEqual(expected);
});

test('a copy is given up by its signal, and goes on later', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'given up', 100);
  const controller = new AbortController();
  const reason = new Error('the user has closed the window');
  const onProgress: CopyRecordsOptions['onProgress'] = ({ done }) => {
    if (done === 5) controller.abort(reason);
  };
  const outcome = await rejection(copyRecords(from, to, { onProgress, signal: controller.signal }));
  expect(outcome).toMatchObject({ ...error('OPERATION_CANCELED'), cause: reason });
  const half = (await keysOf(to.storage)).length;
  expect(half).toBeGreaterThanOrEqual(5);
  expect(half).toBeLessThan(100);
  expect(await copyRecords(from, to)).toEqual({ copied: 100 - half, equal: half, skipped: 0, unreadable: 0 });
  await expect(copyRecords(from, newStore(), { signal: AbortSignal.abort() })).rejects.toMatchObject(
    error('OPERATION_CANCELED'),
  );
});

test('a callback that throws ends the copy', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'throws', 1);
  const cause = new Error('of the caller');
  const onProgress = (): never => {
    throw cause;
  };
  expect(await rejection(copyRecords(from, to, { onProgress }))).toMatchObject({ cause });
});

test('a large store is copied with a few records in hand', async () => {
  const [from, to] = [newStore(), newStore()];
  await addTokens(from, 'large copy', MANY);
  let [inHand, most] = [0, 0];
  const storage = storageLike(from.storage, {
    get: async (key) => {
      most = Math.max(most, ++inHand);
      return from.storage.get(key);
    },
  });
  const { copied } = await copyRecords({ ...from, storage }, to, { onProgress: () => inHand-- });
  expect(copied).toBe(MANY);
  expect(inHand).toBe(0);
  expect(most).toBeLessThanOrEqual(16);
});

test('the keys of both stores are their own where none is given', async () => {
  const path = await temporaryFolder();
  const storage = sqliteStorage({ path });
  const server = await testServer();
  const from = newStore();
  const { powerAuth } = await fill(server, from, 'into a file', ['api']);
  await powerAuth.deconfigure();
  await copyRecords(from, { storage });
  await storage.close();
  const again = sqliteStorage({ path });
  const copy = await testClient(server, {
    storage: again,
    instanceId: 'into a file',
    keychain: { sealingKey: undefined },
  });
  expect(await copy.tokenStore.hasLocalToken('api')).toBe(true);
  await copy.deconfigure();
  await again.close();
});

test('anything that is not a store, or the same one, is refused', async () => {
  const store = newStore();
  await expect(copyRecords(store, store)).rejects.toMatchObject(
    error('WRONG_PARAMETER', /^to: expected another storage than from/),
  );
  await expect(copyRecords(store, {} as PowerAuthStore)).rejects.toMatchObject(
    error('WRONG_PARAMETER', /^to\.storage: expected a PowerAuthStorage/),
  );
  const wrong = { existing: 'merge' } as unknown as CopyRecordsOptions;
  await expect(copyRecords(store, newStore(), wrong)).rejects.toMatchObject(
    error('WRONG_PARAMETER', /^options\.existing: expected 'refuse', 'skip' or 'overwrite'/),
  );
});
