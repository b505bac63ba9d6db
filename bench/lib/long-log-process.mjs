/**
 * How long the event loop is blocked while a long log is copied into the database: a reader stays so long that the log
 * grows, then leaves, and updates go on.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { answer } from './child.mjs';
import { heldDuring } from './held.mjs';

// The types of the oldest Node that we support don't have it.
const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite');

const VALUE_LENGTH = 65_536;

answer(async ({ path, bytes, seconds }) => {
  const storage = sqliteStorage({ path });
  await storage.set('key', new Uint8Array(1));
  const file = join(path, 'powerauth.db');
  const logSize = () => statSync(`${file}-wal`).size;
  // In this thread, because a second copy of SQLite would break the locks of the first.
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec('BEGIN; SELECT * FROM sqlite_schema');
  for (let round = 1; logSize() < bytes; round++) {
    // Different content in each round: SQLite leaves pages alone that don't change.
    const value = new Uint8Array(VALUE_LENGTH).fill(round);
    await Promise.all(Array.from({ length: 64 }, (_, i) => storage.set(`record ${i}`, value)));
  }
  const length = logSize();
  const update = (_, i) =>
    storage.update(`counter ${i}`, (current) => new Uint8Array([(current?.[0] ?? 0) + 1]));
  let updates = 0;
  const updating = (isDone) => async () => {
    while (!isDone()) {
      await Promise.all(Array.from({ length: 8 }, update));
      updates += 8;
    }
  };
  const until = (end) => () => performance.now() > end;
  const before = await heldDuring(updating(until(performance.now() + seconds * 1000)));
  reader.exec('COMMIT');
  reader.close();
  updates = 0;
  const during = await heldDuring(updating(until(performance.now() + seconds * 1000)));
  const perSecond = updates / seconds;
  const closing = await heldDuring(() => storage.close());
  return { length, before, during, perSecond, closing };
});
