/**
 * What a storage can be compared with: read, change and write in `node:sqlite`, and nothing else. No locks, no notices,
 * no checks, no shared transactions, no clearing of removed data. Needs a Node with SQLite.
 *
 * @module
 */
import { fdatasync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

// The types of the oldest Node that we support don't have it.
const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite');

const syncFile = promisify(fdatasync);

/** How long others may keep a new store from being made, in ms. */
const OPENING_MS = 5000;

/** The longest pause before the write lock is requested again, in ms. */
const PAUSE_MS = 2;

const BUSY = 5;

/** Synchronises the log off the thread, once for all that was committed before it begins. */
function groupedSync(path) {
  const log = openSync(`${path}-wal`, 'r');
  let running = Promise.resolve();
  let next;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = syncFile(log);
        return running;
      });
    return next;
  };
}

/** @param {'FULL' | 'NORMAL'} synchronous FULL lets SQLite synchronise each commit, in the thread that commits */
function openPlain(folder, synchronous) {
  const path = join(folder, 'plain.db');
  const database = new DatabaseSync(path, { timeout: OPENING_MS });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${synchronous};
    CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID, STRICT;
    PRAGMA busy_timeout = 0;
  `);
  const select = database.prepare('SELECT value FROM records WHERE key = ?');
  const put = database.prepare(
    'INSERT INTO records VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const sync = synchronous === 'FULL' ? async () => undefined : groupedSync(path);

  function tryToBegin() {
    try {
      database.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (error.errcode === BUSY) return false;
      throw error;
    }
  }

  return {
    async get(key) {
      return select.get(key)?.value;
    },
    async update(key, change) {
      while (!tryToBegin()) await sleep(Math.random() * PAUSE_MS);
      put.run(key, change(select.get(key)?.value));
      database.exec('COMMIT');
      await sync();
    },
  };
}

/** One `fdatasync` of the log for many commits, off the thread, before any of them is acknowledged. */
export const plainStorage = ({ path }) => openPlain(path, 'NORMAL');

/** SQLite's own way to make commits durable. */
export const plainFullStorage = ({ path }) => openPlain(path, 'FULL');
