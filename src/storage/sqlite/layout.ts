/**
 * The layout of a store. Keys and lock names are bytes in UTF-16 (little-endian), which keeps names distinct that UTF-8
 * would merge. SQLite compares bytes as memcmp does.
 *
 * - `records`: the slot that holds the value of a key.
 * - `slots`: the values; `free_slots`: those that are not in use. records.ts says why.
 * - `changes`: the last changes in their order, and their origin (8 random bytes of a storage object).
 * - `tickets`: the holders of locks and the waiters; the ticket with a name's lowest number holds that lock.
 *
 * @module
 */

import type { SqlDatabase } from './engine.ts';
import { unusableFile } from './failure.ts';

/** Marks a database as ours: "PAws" in ASCII. */
const APPLICATION_ID = 0x50_41_77_73;

/** Version of this layout. */
const LAYOUT_VERSION = 2;

const SCHEMA = `
  CREATE TABLE records (key BLOB PRIMARY KEY, slot INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE slots (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
  CREATE TABLE free_slots (size INTEGER, slot INTEGER, PRIMARY KEY (size, slot)) STRICT, WITHOUT ROWID;
  CREATE TABLE changes (number INTEGER PRIMARY KEY, origin BLOB NOT NULL, key BLOB NOT NULL) STRICT;
  CREATE TABLE tickets (
    number INTEGER PRIMARY KEY, name BLOB NOT NULL, id TEXT NOT NULL UNIQUE, pid INTEGER NOT NULL,
    place TEXT NOT NULL, beat INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tickets_by_name ON tickets (name);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LAYOUT_VERSION};
`;

/**
 * Settings of each connection. The thread never blocks for a lock. Commits are not synchronised one by one (see
 * wal.ts), and checkpoints are made elsewhere (see checkpoints.ts). Removed data is overwritten with zeros, and
 * temporary data stays in memory. On macOS only a full fsync reaches the disk.
 */
const SETTINGS = `
  PRAGMA busy_timeout = 0;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA checkpoint_fullfsync = ON;
`;

/** The bytes of a key, prefix or lock name. */
export const encodeName = (name: string): Buffer => Buffer.from(name, 'utf16le');

/** The name that bytes stand for. */
export const decodeName = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le');

function numberOf(database: SqlDatabase, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() as Record<string, unknown>)[0]);
}

/** True for our layout, false for an empty database. */
function hasLayout(database: SqlDatabase, file: string): boolean {
  const id = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  if (id === APPLICATION_ID && version === LAYOUT_VERSION) return true;
  if (id === APPLICATION_ID) {
    throw unusableFile(
      file,
      `expected layout ${LAYOUT_VERSION}, got ${version}: it is of another version, or damaged`,
      'use the version of powerauth-wasm that made it, restore it from a backup, or move the folder away to start with an empty one',
    );
  }
  if (id === 0 && version === 0 && numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0)
    return false;
  throw unusableFile(file, 'this is a database of another application', 'choose another path');
}

/**
 * Prepares a connection, and turns an empty database into a store. A file that isn't ours stays as it is.
 *
 * @throws SQLite's errors, including BUSY; UNKNOWN_ERROR for a file that isn't ours
 */
export function prepareDatabase(database: SqlDatabase, file: string): void {
  database.exec(SETTINGS);
  // In one transaction, because another process may be creating the store at the same time.
  const isStore = transact(database, 'BEGIN', () => hasLayout(database, file));
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() as {
    journal_mode: string;
  };
  if (mode !== 'wal') {
    throw unusableFile(file, "SQLite can't keep a write-ahead log here", 'choose a path on a local disk');
  }
  if (isStore) return;
  transact(database, 'BEGIN IMMEDIATE', () => {
    if (!hasLayout(database, file)) database.exec(SCHEMA);
  });
}

function transact<T>(database: SqlDatabase, begin: string, work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Ends a transaction that failed; SQLite may have done so itself. */
export function rollBack(database: SqlDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // The transaction has already ended.
  }
}
