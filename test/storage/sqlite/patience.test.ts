/** Others hold SQLite's own locks for longer than anybody waits. The waiting is real, the pauses are left out. */
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import * as clock from '../../../src/storage/sqlite/clock.ts';
import { sqliteEngine, type SqlDatabase } from '../../../src/storage/sqlite/engine.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../helpers/storage.ts';

beforeEach(() => {
  vi.spyOn(clock, 'setTimeout').mockImplementation(((call: () => void) =>
    setImmediate(call)) as unknown as typeof clock.setTimeout);
});

const one = Uint8Array.of(1);

const locked = {
  code: 'UNKNOWN_ERROR',
  message: expect.stringMatching(
    /another process has kept it locked for half a minute; look for one that was stopped/,
  ) as string,
};

/** A connection of somebody who uses the file without this package. */
function connect(folder: string): SqlDatabase {
  return new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
}

describeWithSqlite('while another process keeps the write lock', () => {
  test('writes and locks fail in the end and say why, reads go on, and all is well when it lets go', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('key', one);
    const other = connect(folder);
    other.exec('BEGIN IMMEDIATE');
    const failing = [
      storage.set('key', Uint8Array.of(2)),
      storage.update('other', () => one),
      storage.lock('lock', async () => 'ran'),
    ].map((call) => rejection(call));
    expect(await storage.get('key')).toEqual(one);
    for (const error of await Promise.all(failing)) {
      expect(error).toMatchObject(locked);
      expect(error.message).toContain(folder);
    }
    other.exec('ROLLBACK');
    expect(await storage.get('key')).toEqual(one);
    expect(await storage.get('other')).toBeUndefined();
    other.close();
    await storage.set('key', Uint8Array.of(3));
    expect(await storage.lock('lock', async () => 'ran')).toBe('ran');
  });

  test('a store cannot be opened while it keeps everybody out, and can when it lets go', async () => {
    const folder = await temporaryFolder();
    const first = testSqliteStorage(folder);
    await first.set('key', one);
    await first.close();
    const other = connect(folder);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const storage = testSqliteStorage(folder);
    expect(await rejection(storage.get('key'))).toMatchObject(locked);
    other.close();
    expect(await storage.get('key')).toEqual(one);
  });
});
