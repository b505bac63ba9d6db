/** Disks that fail, clocks that stand still, and two copies of the package in one process. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PowerAuthStorage } from '../../../../src/index.ts';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { changesOf, keysOf, rejection, temporaryFolder } from '../../../helpers/storage.ts';
import { freshModules } from '../../../helpers/worker.ts';

const one = Uint8Array.of(1);

/** Lets synchronisations of a file fail as a disk does: `count` of them, or all until the function returned is called. */
async function failSync(folder: string, count?: number): Promise<() => void> {
  const handle = await open(join(folder, 'powerauth.db-wal'), 'r');
  const prototype = Object.getPrototypeOf(handle) as { datasync: () => Promise<void> };
  await handle.close();
  const spy = vi.spyOn(prototype, 'datasync');
  const error = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  if (count === undefined) spy.mockRejectedValue(error);
  else for (let i = 0; i < count; i++) spy.mockRejectedValueOnce(error);
  return () => spy.mockRestore();
}

describeWithSqlite('a disk that fails to synchronise', () => {
  test('fails the writes that relied on it; what was confirmed stays, and later writes are on the disk', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('before', one);
    await failSync(folder, 1);
    const failing = ['a', 'b', 'c'].map((key) => storage.set(key, one));
    for (const error of await Promise.all(failing.map((call) => rejection(call)))) {
      expect(error).toMatchObject({
        code: 'UNKNOWN_ERROR',
        message: expect.stringMatching(/^Cannot write sqlite storage .*: .*the disk is failing/) as string,
        cause: expect.objectContaining({ code: 'EIO' }) as Error,
      });
      expect(error.message).toContain(folder);
    }
    expect(await storage.get('before')).toEqual(one);
    await storage.set('after', one);
    await storage.close();
    const again = testSqliteStorage(folder);
    expect(await again.get('before')).toEqual(one);
    expect(await again.get('after')).toEqual(one);
  });

  test('that goes on failing confirms nothing, and works again when it is mended', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('before', one);
    const mended = await failSync(folder);
    for (let i = 0; i < 5; i++)
      expect((await rejection(storage.set(`key ${i}`, one))).code).toBe('UNKNOWN_ERROR');
    mended();
    await storage.set('after', one);
    expect(await keysOf(storage)).toEqual(expect.arrayContaining(['before', 'after']));
  });
});

/** What needs timers inside: waiting for a lock, notices, checkpoints, closing. */
async function useEverything(open: (path: string) => PowerAuthStorage): Promise<void> {
  const folder = await temporaryFolder();
  const storage = open(folder);
  const other = open(folder);
  const notice = new Promise((resolve) => other.subscribe(resolve));
  await other.get('key');
  await storage.set('key', one);
  expect(await notice).toEqual(['key']);
  await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      (i % 2 === 0 ? storage : other).lock('lock', async () => {
        await storage.update('key', (current) => Uint8Array.of((current?.[0] ?? 0) + 1));
      }),
    ),
  );
  expect(await other.get('key')).toEqual(Uint8Array.of(7));
  await storage.delete('key');
  await storage.close();
  await other.close();
}

describeWithSqlite('timers that stand still', () => {
  test.each(['after', 'before'])(
    'hold nothing up when they were replaced %s the package was loaded',
    async (when) => {
      if (when === 'before') freshModules();
      vi.useFakeTimers();
      onTestFinished(() => void vi.useRealTimers());
      const { sqliteStorage: openStorage } = await import('../../../../src/storage/sqlite.ts');
      expect(openStorage === sqliteStorage).toBe(when === 'after');
      await useEverything((path) => openStorage({ path }));
    },
  );
});

describeWithSqlite('two copies of the package in one process', () => {
  test('use one folder at once', async () => {
    const folder = await temporaryFolder();
    const bundle = await buildChild(new URL('../../../../src/storage/sqlite.ts', import.meta.url));
    const copy = (await import(/* @vite-ignore */ bundle)) as { sqliteStorage: typeof sqliteStorage };
    expect(copy.sqliteStorage).not.toBe(sqliteStorage);
    const [mine, theirs] = [testSqliteStorage(folder), copy.sqliteStorage({ path: folder })];
    onTestFinished(() => theirs.close());
    const changes = changesOf(mine);
    await mine.get('key');
    let inside = 0;
    const count = async (storage: PowerAuthStorage): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        await storage.update('key', (current) => Uint8Array.of((current?.[0] ?? 0) + 1));
        await storage.lock('lock', async () => {
          expect(++inside).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
        });
      }
    };
    await Promise.all([count(mine), count(theirs)]);
    expect(await mine.get('key')).toEqual(Uint8Array.of(40));
    await expect.poll(() => changes.flat()).toContain('key');
    await theirs.close();
    // Had that dropped the locks of this process, the next one would take itself for the last one, and the log with it.
    const script = await buildChild(new URL('../storage-child.ts', import.meta.url));
    await new Child(script, 'useAndClose', `sqlite:${folder}`).done();
    await mine.set('after', one);
    expect(await keysOf(mine)).toEqual(['after', 'child', 'key']);
  });
});
