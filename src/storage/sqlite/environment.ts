/**
 * An open store, shared by all storage objects of this thread that use its folder: one connection, one queue of writes,
 * one reader of the changes.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { syncFolder } from '../node/sync-folder.ts';
import { Changes } from './changes.ts';
import { Checkpoints } from './checkpoints.ts';
import { setTimeout } from './clock.ts';
import { sqliteEngine, type SqlDatabase } from './engine.ts';
import { isBusy, sqliteFailure, unusableFile } from './failure.ts';
import { prepareFolder } from './folder.ts';
import { prepareDatabase } from './layout.ts';
import { Locks } from './locks.ts';
import { Presence } from './presence.ts';
import { FIND_FAULTS, Records } from './records.ts';
import { Updates } from './updates.ts';
import { WriteAheadLog } from './wal.ts';
import { pauseAfter, Writer } from './writer.ts';

/** How long others may prevent a store from being opened or read, in ms. Their work takes less than one. */
const PATIENCE_MS = 30_000;

/** What a commit adds to the log in addition to values, in bytes: two or three pages. */
const COMMIT_BYTES = 12_288;

/** The parts of an open store. */
interface Parts {
  readonly folder: string;
  readonly database: SqlDatabase;
  readonly log: WriteAheadLog;
  readonly checkpoints: Checkpoints;
  readonly presence: Presence;
}

/** An open store. */
export class SqliteEnvironment {
  readonly folder: string;
  readonly changes: Changes;
  readonly locks: Locks;
  readonly updates = new Updates(this);
  readonly #database: SqlDatabase;
  readonly #log: WriteAheadLog;
  readonly #checkpoints: Checkpoints;
  readonly #presence: Presence;
  readonly #writer: Writer;
  readonly #writes = new Set<Promise<unknown>>();
  readonly #records: Records;
  /** Roughly what the current transaction adds to the log, and whether it replaces anything. */
  #bytes = 0;
  #replaced = false;

  private constructor({ folder, database, log, checkpoints, presence }: Parts) {
    this.folder = folder;
    this.#database = database;
    this.#log = log;
    this.#checkpoints = checkpoints;
    this.#presence = presence;
    this.changes = new Changes(database, presence);
    this.locks = new Locks(this, database);
    this.#records = new Records(database);
    this.#writer = new Writer({
      database,
      onCommit: () => this.#committed(),
      lockedError: () => lockedError(folder),
    });
  }

  /** @throws UNKNOWN_ERROR that names path and remedy */
  static async open(folder: string, file: string): Promise<SqliteEnvironment> {
    let database: SqlDatabase | undefined;
    let checkpoints: Checkpoints | undefined;
    try {
      const { Database } = sqliteEngine();
      const opened = (database = new Database(file, { timeout: 0 }));
      await untilFree(folder, () => prepareDatabase(opened, file));
      await syncFolder(folder);
      const emptied = (checkpoints = new Checkpoints(file, opened));
      const presence = new Presence(folder, file);
      const log = await WriteAheadLog.open(
        file,
        () => emptied.empty(),
        () => presence.assert(),
      );
      const environment = new SqliteEnvironment({ folder, database, log, checkpoints, presence });
      // Left by others, who may have been killed before they could empty the log.
      if ((await stat(`${file}-wal`)).size > 0) checkpoints.note(0, true);
      return environment;
    } catch (error) {
      await checkpoints?.close();
      database?.close();
      throw sqliteFailure('open', folder, error);
    }
  }

  /** Reads what is committed now. */
  async read<T>(work: () => T): Promise<T> {
    try {
      this.#presence.assertRecently();
      return await untilFree(this.folder, work);
    } catch (error) {
      throw sqliteFailure('read', this.folder, error);
    }
  }

  /** The current value, as a copy. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.read(() => this.valueOf(key));
  }

  /** At most `limit` keys from `start` on, or after `last`. */
  keys({
    start,
    last,
    limit,
  }: {
    start: string;
    last: string | undefined;
    limit: number;
  }): Promise<string[]> {
    return this.read(() => this.#records.keys(start, last, limit));
  }

  /** The current value, inside a transaction or a read. */
  valueOf(key: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#records.get(key);
  }

  /** Stores or removes a record and enters the change, inside a transaction. */
  put(key: string, value: Uint8Array | undefined, origin: Uint8Array): void {
    if (value === undefined) this.#records.delete(key);
    else this.#records.set(key, value);
    this.changes.enter(origin, key);
    this.#bytes += value?.length ?? 0;
    this.#replaced = true;
  }

  /** Runs `work` in a transaction, see {@link Writer.run}. Resolves when what it wrote is on the disk. */
  write<T>(work: () => T): Promise<T> {
    return this.durable(this.transact(work));
  }

  /**
   * Settles as `committed` does, a transaction of this connection, once that is on the disk. If it is false, nothing
   * was written.
   */
  async durable<T>(committed: Promise<T>): Promise<T> {
    const written = this.#flushed(committed);
    this.#writes.add(written);
    try {
      return await written;
    } finally {
      this.#writes.delete(written);
    }
  }

  /** The same, but resolves when it is committed: for data that nobody needs after a power cut. */
  async transact<T>(work: () => T): Promise<T> {
    try {
      this.#presence.assertRecently();
      return await this.#writer.run(work);
    } catch (error) {
      throw sqliteFailure('write', this.folder, error);
    }
  }

  /** See {@link Checkpoints.forget}. */
  async forget(): Promise<void> {
    try {
      // Files that were moved away keep their content, and nobody here can reach them.
      this.#presence.assert();
      await this.#checkpoints.forget();
      this.#presence.assert();
    } catch (error) {
      throw sqliteFailure('clear the log of', this.folder, error);
    }
  }

  /** See {@link Writer.soon}. */
  async soon(): Promise<void> {
    try {
      await this.#writer.soon();
    } catch (error) {
      throw sqliteFailure('write', this.folder, error);
    }
  }

  /**
   * What `PRAGMA integrity_check` finds, in SQLite's words; if it finds nothing, the faults of slots. Empty if
   * everything is sound.
   */
  async faults(): Promise<string[]> {
    try {
      const rows = await this.#checkpoints.thread.run('PRAGMA integrity_check');
      const faults = rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
      if (faults.length > 0) return faults;
      return (await this.#checkpoints.thread.run(FIND_FAULTS)).map(({ fault }) => String(fault));
    } catch (error) {
      throw sqliteFailure('check', this.folder, error);
    }
  }

  /** Resolves when the writes in progress have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }

  async close(): Promise<void> {
    this.changes.close();
    await this.settled();
    await this.#checkpoints.close();
    await this.#log.close();
    this.#database.close();
  }

  async #flushed<T>(committed: Promise<T>): Promise<T> {
    const value = await committed;
    if (value === false) return value;
    try {
      await this.#log.flush();
    } catch (error) {
      throw sqliteFailure('write', this.folder, error);
    }
    return value;
  }

  #committed(): void {
    this.#log.committed();
    this.#checkpoints.note(this.#bytes + COMMIT_BYTES, this.#replaced);
    this.#bytes = 0;
    this.#replaced = false;
  }
}

/** Tries again while others block it, as they do for moments when a store is created, or recovered after a crash. */
async function untilFree<T>(folder: string, work: () => T): Promise<T> {
  let waited = 0;
  for (let attempts = 1; ; attempts++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (waited > PATIENCE_MS) throw lockedError(folder);
      const pause = pauseAfter(attempts);
      waited += pause;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function lockedError(folder: string): Error {
  return unusableFile(
    folder,
    'another process has kept it locked for half a minute',
    'look for one that was stopped (SIGSTOP, a debugger) or uses the file without powerauth-wasm, and let it continue or end it',
  );
}

interface Shared {
  readonly environment: Promise<SqliteEnvironment>;
  users: number;
  /** Set when the last user has left. */
  closed?: Promise<void>;
}

/** The open stores of this thread, by file and path: one of two paths to a file may stop leading to it. */
const shared = new Map<string, Shared>();

/**
 * Joins the users of the folder. Opens it if nobody uses it.
 *
 * @returns the environment, and a function to leave it; the last user to leave closes it
 * @throws UNKNOWN_ERROR that names path and remedy
 */
export async function joinEnvironment(
  folder: string,
): Promise<{ environment: SqliteEnvironment; leave: () => Promise<void> }> {
  // Called first, so that no folder is created if SQLite is missing.
  sqliteEngine();
  const { file, id } = await prepareFolder(folder);
  const key = `${id} ${file}`;
  let entry = shared.get(key);
  while (entry?.closed !== undefined) {
    await entry.closed;
    entry = shared.get(key);
  }
  entry ??= { environment: SqliteEnvironment.open(folder, file), users: 0 };
  shared.set(key, entry);
  entry.users++;
  const leave = async (): Promise<void> => {
    if (--entry.users > 0) return;
    entry.closed = entry.environment
      .then((environment) => environment.close())
      // A caller that waits for the end of this one opens another, and needn't know how it failed.
      .catch(() => undefined)
      .finally(() => shared.delete(key));
    await entry.closed;
  };
  try {
    return { environment: await entry.environment, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}
