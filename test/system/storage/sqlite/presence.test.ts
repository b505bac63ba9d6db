/** The files of an open store are deleted, moved, replaced or closed to this user. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PowerAuthStorage } from '../../../../src/index.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { changesOf, keysOf, rejection, temporaryFolder } from '../../../helpers/storage.ts';

const FILE = 'powerauth.db';
const value = Buffer.from('value');

async function openStore(): Promise<{ folder: string; storage: PowerAuthStorage }> {
  const folder = join(await temporaryFolder(), 'store');
  const storage = testSqliteStorage(folder);
  await storage.set('key', value);
  return { folder, storage };
}

/** Every call fails, and says why; reads within a moment. */
async function expectGone(storage: PowerAuthStorage, folder: string): Promise<void> {
  const gone = {
    code: 'UNKNOWN_ERROR',
    message: expect.stringMatching(
      /was deleted, moved or replaced while it was in use; put it back/,
    ) as string,
  };
  const error = await rejection(storage.set('key', Buffer.from('later')));
  expect(error).toMatchObject(gone);
  expect(error.message).toContain(folder);
  expect(await rejection(storage.update('key', () => Buffer.from('later')))).toMatchObject(gone);
  await expect.poll(() => storage.get('key').catch((reason: unknown) => reason)).toMatchObject(gone);
  expect(await rejection(storage.lock('lock', async () => 1))).toMatchObject(gone);
  expect(await rejection(keysOf(storage))).toMatchObject(gone);
}

describeWithSqlite('while a store is open', () => {
  const removals: Record<string, (folder: string) => void> = {
    'its folder is deleted': (folder) => rmSync(folder, { recursive: true }),
    'its folder is moved away': (folder) => renameSync(folder, `${folder}.old`),
    'all its files are deleted': (folder) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    'another folder is put in its place': (folder) => {
      renameSync(folder, `${folder}.old`);
      mkdirSync(folder, { mode: 0o700 });
    },
  };

  test.each(Object.keys(removals))('%s: calls say so, and a new storage begins again', async (removal) => {
    const { folder, storage } = await openStore();
    removals[removal]?.(folder);
    await expectGone(storage, folder);
    const next = testSqliteStorage(folder);
    expect(await next.get('key')).toBeUndefined();
    await next.set('key', Buffer.from('new'));
    // Both are open in this process: neither takes the other's file for its own, nor takes it away on closing.
    await expectGone(storage, folder);
    await storage.close();
    await next.set('after', value);
    expect(await testSqliteStorage(folder).get('key')).toEqual(new Uint8Array(Buffer.from('new')));
    await next.close();
    expect(await keysOf(testSqliteStorage(folder))).toEqual(['after', 'key']);
  });

  test('its folder is deleted: whoever keeps something of it in memory is told within a second or so, once', async () => {
    const { folder, storage } = await openStore();
    const changes = changesOf(storage);
    await storage.get('key');
    rmSync(folder, { recursive: true });
    await expect.poll(() => changes, { timeout: 5000 }).toEqual(['all']);
    await sleep(300);
    expect(changes).toEqual(['all']);
  });

  test('its database is deleted, what belongs to it is left: nobody takes that for the log of a new one', async () => {
    const { folder, storage } = await openStore();
    rmSync(join(folder, FILE));
    await expectGone(storage, folder);
    const next = testSqliteStorage(folder);
    expect(await rejection(next.get('key'))).toMatchObject({
      code: 'UNKNOWN_ERROR',
      message: expect.stringMatching(
        /powerauth\.db: there is none, although .*powerauth\.db-wal is left of it: .* delete what is left/,
      ) as string,
    });
    await storage.close();
    expect(readdirSync(folder).sort()).toEqual([`${FILE}-shm`, `${FILE}-wal`]);
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    expect(await next.get('key')).toBeUndefined();
  });

  test.each(['-wal', '-shm'])(
    'its %s file is deleted: calls say so, and closing saves what was stored',
    async (suffix) => {
      const { folder, storage } = await openStore();
      rmSync(join(folder, FILE + suffix));
      // It is looked for now and then, the database each time.
      await sleep(20);
      await expectGone(storage, folder);
      await storage.close();
      expect(Buffer.from((await testSqliteStorage(folder).get('key')) ?? []).toString()).toMatch(
        /^(?:value|later)$/,
      );
    },
  );

  test.skipIf(process.platform === 'win32')(
    'a link to it is removed: whoever came by another path goes on',
    async () => {
      const { folder, storage } = await openStore();
      const link = `${folder}-link`;
      symlinkSync(folder, link);
      const linked = testSqliteStorage(link);
      expect(await linked.get('key')).toEqual(new Uint8Array(value));
      unlinkSync(link);
      await expectGone(linked, link);
      await storage.set('key', Buffer.from('later'));
      expect(await testSqliteStorage(folder).get('key')).toEqual(new Uint8Array(Buffer.from('later')));
    },
  );

  test('its folder is moved: it can be opened where it is now, and is not forgotten where it was', async () => {
    const { folder, storage } = await openStore();
    await storage.delete('key');
    renameSync(folder, `${folder}.moved`);
    await testSqliteStorage(`${folder}.moved`).set('key', value);
    expect((await rejection(storage.forget?.() ?? Promise.resolve())).code).toBe('UNKNOWN_ERROR');
  });

  test('its folder is moved away and back: it goes on', async () => {
    const { folder, storage } = await openStore();
    renameSync(folder, `${folder}.old`);
    await expectGone(storage, folder);
    renameSync(`${folder}.old`, folder);
    await storage.set('key', Buffer.from('again'));
    expect(await storage.lock('lock', async () => storage.get('key'))).toEqual(
      new Uint8Array(Buffer.from('again')),
    );
  });

  test('it is replaced by one with other records: what was there is neither read nor changed', async () => {
    const { folder, storage } = await openStore();
    const other = join(folder, '..', 'other');
    const restored = testSqliteStorage(other);
    await restored.set('key', Buffer.from('restored'));
    await restored.close();
    renameSync(folder, `${folder}.old`);
    renameSync(other, folder);
    await expectGone(storage, folder);
    await storage.close();
    expect(await testSqliteStorage(folder).get('key')).toEqual(new Uint8Array(Buffer.from('restored')));
    expect(await keysOf(testSqliteStorage(`${folder}.old`))).toEqual(['key']);
  });

  // Root may do everything, so that a child gives that up.
  test.skipIf(process.platform === 'win32')(
    'the permission is lost: calls say so, and go on when it is back',
    async () => {
      const parent = await temporaryFolder();
      chmodSync(parent, 0o755);
      const folder = join(parent, 'store');
      mkdirSync(folder);
      if (process.getuid?.() === 0) chownSync(folder, 65534, 65534);
      const script = await buildChild(new URL('./places-child.ts', import.meta.url));
      const child = new Child(script, 'permission', folder);
      expect(await child.receive()).toBe('stored');
      const refused = {
        code: 'UNKNOWN_ERROR',
        message: expect.stringMatching(/no permission; let this user read and write there/) as string,
      };
      expect(await child.receive()).toEqual({ set: refused, get: refused, lock: refused });
      expect(await child.receive()).toEqual({ kept: 'kept', after: 'after' });
      await child.done();
    },
  );
});
