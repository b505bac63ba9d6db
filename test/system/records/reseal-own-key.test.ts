/** Another key for a storage that keeps its key itself. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyRecords, resealRecords, type ResealRecordsOptions } from '../../../src/records.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { MemorySpace, memoryStorage } from '../../../src/storage/memory.ts';
import { sealedStorage, sealedUnheld } from '../../../src/storage/sealed.ts';
import { activate, testClient, testServer } from '../../helpers/client.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { error } from '../../helpers/error.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { keysOf, rejection, storageLike, temporaryFolder } from '../../helpers/storage.ts';
import {
  contentOf,
  failingAt,
  madeUpToken,
  newKey,
  POSSESSION,
  rawContentOf,
  recordsOf,
} from '../../records/store.ts';
import { readable } from './reseal.ts';

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
