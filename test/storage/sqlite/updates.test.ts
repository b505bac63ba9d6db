/** Updates of one record that are made before the one before them is on the disk. */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Closing } from '../../../src/storage/driver/closing.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { Updates } from '../../../src/storage/sqlite/updates.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../helpers/storage.ts';

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(values);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Appends a byte to what is there. */
const append =
  (value: number) =>
  (current: Uint8Array | undefined): Uint8Array =>
    bytes(...(current ?? []), value);

/** Has the disk do what `sync` does; it is given the real thing. */
async function withDisk(sync: (real: () => Promise<void>) => Promise<void>): Promise<void> {
  const handle = await open(join(await temporaryFolder(), 'file'), 'w');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const original: () => Promise<void> = Reflect.get(prototype, 'datasync');
  const spy = vi.spyOn(prototype, 'datasync').mockImplementation(function (this: FileHandle) {
    return sync(() => Reflect.apply(original, this, []));
  });
  onTestFinished(() => spy.mockRestore());
}

describeWithSqlite('updates', () => {
  test('of one record, asked for at once, are done in their order, and synchronised together', async () => {
    const storage = testSqliteStorage(await temporaryFolder());
    await storage.get('key');
    let syncs = 0;
    await withDisk(async (real) => {
      syncs++;
      await real();
    });
    const results = await Promise.all([1, 2, 3, 4, 5].map((value) => storage.update('key', append(value))));
    expect(results).toEqual([1, 2, 3, 4, 5].map((last) => bytes(...[1, 2, 3, 4, 5].slice(0, last))));
    expect(syncs).toBe(1);
  });

  test('go on from a value that is not on the disk yet, and are confirmed after it', async () => {
    const storage = testSqliteStorage(await temporaryFolder());
    await storage.get('key');
    const disk: (() => void)[] = [];
    await withDisk(async (real) => {
      await new Promise<void>((resolve) => disk.push(resolve));
      await real();
    });
    const done: string[] = [];
    const first = storage.update('key', append(1)).then(() => done.push('first'));
    await expect.poll(() => disk.length).toBe(1);
    const second = storage.update('key', append(2)).then(() => done.push('second'));
    await expect.poll(() => disk.length).toBe(2);
    expect(await storage.get('key')).toEqual(bytes(1, 2));
    expect(done).toEqual([]);
    disk.shift()?.();
    await first;
    disk.shift()?.();
    await second;
    expect(done).toEqual(['first', 'second']);
  });

  test('are not confirmed when the value they were made from could not be synchronised', async () => {
    const folder = await temporaryFolder();
    const storage = sqliteStorage({ path: folder });
    await storage.get('key');
    const disk: (() => void)[] = [];
    let isBroken = true;
    await withDisk(async (real) => {
      if (!isBroken) return real();
      await new Promise<void>((resolve) => disk.push(resolve));
      if (disk.length === 2) throw Object.assign(new Error('write failed'), { code: 'EIO' });
    });
    const first = rejection(storage.update('key', append(1)));
    await expect.poll(() => disk.length).toBe(1);
    // Its own synchronisation succeeds; it has no place in the log without what comes before.
    const second = rejection(storage.update('key', append(2)));
    await expect.poll(() => disk.length).toBe(2);
    disk[0]?.();
    await settle();
    disk[1]?.();
    for (const error of [await first, await second]) expect(error.code).toBe('UNKNOWN_ERROR');
    // The next one is confirmed with all that it was made from: the commits were saved into the database before.
    isBroken = false;
    expect(await storage.update('key', append(3))).toEqual(bytes(1, 2, 3));
    await storage.close();
    expect(await testSqliteStorage(folder).get('key')).toEqual(bytes(1, 2, 3));
  });
});

/** A store in memory, whose transactions the test ends: each of them with whether it was made. */
function heldStore(): {
  update: PowerAuthStorage['update'];
  end: ((made: boolean) => void)[];
  value?: number | undefined;
} {
  const store: ReturnType<typeof heldStore> = {
    end: [],
    update: (key, change) =>
      updates.update(key, change, {
        closing: new Closing(),
        replace: (_, next) =>
          new Promise((resolve) => {
            store.end.push((made) => {
              if (made) store.value = next?.[0];
              resolve(made);
            });
          }),
      }),
  };
  const updates = new Updates({
    soon: async () => undefined,
    get: async () => (store.value === undefined ? undefined : bytes(store.value)),
    durable: (committed) => committed,
  });
  return store;
}

test('the result of a change from a value that was never written does not count, nor does its failure', async () => {
  const store = heldStore();
  const seen: (number | undefined)[] = [];
  const first = store.update('key', (current) => bytes(current === undefined ? 1 : 5));
  const second = store.update('key', (current) => {
    seen.push(current?.[0]);
    if (current?.[0] === 1) throw new Error('not that one');
    return bytes(2);
  });
  await settle();
  expect(seen).toEqual([1]);
  // Somebody else was faster.
  store.value = 7;
  store.end.shift()?.(false);
  await settle();
  while (store.end.length > 0) {
    store.end.shift()?.(true);
    await settle();
  }
  expect([await first, await second]).toEqual([bytes(5), bytes(2)]);
  expect(seen.slice(1)).not.toContain(1);
});

test('a change that fails on a value that was written fails', async () => {
  const store = heldStore();
  const first = store.update('key', () => bytes(1));
  const second = rejection(
    store.update('key', () => {
      throw new Error('no');
    }),
  );
  await settle();
  store.end.shift()?.(true);
  expect(await first).toEqual(bytes(1));
  expect((await second).message).toBe('no');
});
