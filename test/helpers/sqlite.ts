import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { sqliteStorage } from '../../src/storage/sqlite.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { temporaryFolder, type SharedStore } from './storage.ts';

/** Whether this Node has SQLite, or the package that takes its place. */
function hasSqlite(): boolean {
  try {
    return createRequire(import.meta.url).resolve('better-sqlite3') !== '';
  } catch {
    return process.getBuiltinModule('node:sqlite') !== undefined;
  }
}

/** A `describe` whose tests need SQLite, which Node has since 22.13. */
export function describeWithSqlite(title: string, body: () => void): void {
  describe.skipIf(!hasSqlite())(title, body);
}

/** A storage on `path` that is closed after the test. */
export function testSqliteStorage(path: string): PowerAuthStorage {
  const storage = sqliteStorage({ path });
  onTestFinished(() => storage.close());
  return storage;
}

/** A new SQLite store. */
export async function testSqliteStore(): Promise<SharedStore> {
  const folder = await temporaryFolder();
  return {
    place: `sqlite:${folder}`,
    open: () => testSqliteStorage(folder),
    footprint: async () => (await stat(join(folder, 'powerauth.db-wal'), { bigint: true })).mtimeNs,
  };
}
