/**
 * Fills an SQLite store with an activation and a token for each of many instances: in a process of its own, so that the
 * memory that this takes isn't that of the instances.
 *
 * @module
 */
import { answer } from './child.mjs';

/** How many writes are in progress. */
const AT_ONCE = 512;

answer(async ({ token, activation, count, path }) => {
  const { fillInstances, idOf } = await import('./instances.mjs');
  const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
  const storage = sqliteStorage({ path });
  const ids = Array.from({ length: count }, (_, index) => idOf(index));
  await fillInstances(activation, storage, ids, { ...token, secret: new Uint8Array(token.secret) }, AT_ONCE);
  await storage.close();
  return count;
});
