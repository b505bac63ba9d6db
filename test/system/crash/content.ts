import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { sqliteEngine } from '../../../src/storage/sqlite/engine.ts';
import type { Found } from './expected.ts';
import { SEALED, sealedWithOwnKey } from './marks.ts';

/** Opens a SQLite store, looks at everything, works with it inside a lock, and closes it. */
export async function contentOf(folder: string, lock = 'lock'): Promise<Found> {
  const storage = sqliteStorage({ path: folder });
  const sealed = sealedWithOwnKey(storage);
  const found = new Map<string, string>();
  try {
    for await (const key of storage.list('')) {
      const value = await (key.startsWith(SEALED) ? sealed : storage).get(key);
      found.set(key, Buffer.from(value ?? []).toString());
    }
    await storage.lock(lock, () => storage.set('afterwards', Buffer.from('works')));
    assert.equal(Buffer.from((await storage.get('afterwards')) ?? []).toString(), 'works');
    await storage.delete('afterwards');
  } finally {
    await storage.close();
  }
  const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
  const rows = database.prepare('PRAGMA integrity_check').all() as object[];
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ integrity_check: 'ok' }],
  );
  database.close();
  return found;
}
