/**
 * An open LMDB folder, shared by all storage objects of this thread that use it.
 *
 * Shared, because lmdb-js opens a database with a synchronous write transaction: while another object of the same
 * thread has its turn in an asynchronous one, the thread would wait for itself.
 *
 * @module
 */

import { join } from 'node:path';
import { damagedFile, fileFailure } from './file-failure.ts';
import { ChangeFeed } from './lmdb-changes.ts';
import { prepareFolder, syncFolder } from './lmdb-folder.ts';
import { versionKey } from './lmdb-keys.ts';
import { LmdbLocks } from './lmdb-locks.ts';
import { Turns } from './turns.ts';

/** What of an lmdb-js database is used. Values and keys are bytes. */
export interface LmdbDatabase {
  get(key: Buffer): Uint8Array | undefined;
  put(key: Buffer, value: Uint8Array): unknown;
  remove(key: Buffer): unknown;
  getKeys(options: { start: Buffer; limit: number }): Iterable<Buffer>;
  transaction<T>(work: () => T): Promise<T>;
  resetReadTxn(): void;
  close(): Promise<void>;
}

/** Opens the database in a folder that {@link prepareFolder} has seen. */
export type OpenDatabase = (folder: string) => Promise<LmdbDatabase>;

/** Version of the layout, see lmdb-keys.ts. */
const LAYOUT_VERSION = 1;

/** An open folder. */
export class LmdbEnvironment {
  readonly folder: string;
  readonly changes: ChangeFeed;
  readonly locks: LmdbLocks;
  /** Updates of one record, one after another: those of one thread need not race. */
  readonly updates = new Turns();
  readonly #database: LmdbDatabase;
  readonly #writes = new Set<Promise<unknown>>();

  private constructor(folder: string, database: LmdbDatabase) {
    this.folder = folder;
    this.#database = database;
    this.changes = new ChangeFeed(this);
    this.locks = new LmdbLocks(this);
  }

  /** @throws UNKNOWN_ERROR that names path and remedy */
  static async open(folder: string, openDatabase: OpenDatabase): Promise<LmdbEnvironment> {
    let database: LmdbDatabase;
    try {
      database = await openDatabase(folder);
    } catch (error) {
      throw fileFailure('open lmdb storage', folder, error);
    }
    const environment = new LmdbEnvironment(folder, database);
    try {
      await environment.#checkVersion();
      return environment;
    } catch (error) {
      await environment.close();
      throw error;
    }
  }

  /** The present value, as a copy. */
  read(key: Buffer): Uint8Array<ArrayBuffer> | undefined {
    try {
      // lmdb-js keeps a snapshot for the rest of the event turn, in which others may have written.
      this.#database.resetReadTxn();
      const value = this.#database.get(key);
      return value === undefined ? undefined : Uint8Array.from(value);
    } catch (error) {
      throw fileFailure('read lmdb storage', this.folder, error);
    }
  }

  /** The first keys from `start` on, at most `limit`, as one present snapshot has them. */
  keysFrom(start: Buffer, limit: number): Buffer[] {
    try {
      this.#database.resetReadTxn();
      return [...this.#database.getKeys({ start, limit })];
    } catch (error) {
      throw fileFailure('read lmdb storage', this.folder, error);
    }
  }

  /**
   * Runs `work` in the one write transaction that there is over all processes. Resolved when what it wrote is on the
   * disk. `work` must be quick, and must not throw after it has written.
   */
  async write<T>(work: (database: LmdbDatabase) => T): Promise<T> {
    const written = this.#write(work);
    this.#writes.add(written);
    try {
      return await written;
    } finally {
      this.#writes.delete(written);
      this.changes.sign();
    }
  }

  /** Resolved when the writes under way have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }

  async close(): Promise<void> {
    this.changes.close();
    await this.settled();
    await this.#database.close();
  }

  async #write<T>(work: (database: LmdbDatabase) => T): Promise<T> {
    try {
      return await this.#database.transaction(() => work(this.#database));
    } catch (error) {
      throw fileFailure('write lmdb storage', this.folder, await causeOf(error));
    }
  }

  async #checkVersion(): Promise<void> {
    let version = this.read(versionKey());
    if (version === undefined) {
      version = await this.write((database) => {
        const present = database.get(versionKey());
        if (present !== undefined) return Uint8Array.from(present);
        const first = Uint8Array.of(LAYOUT_VERSION);
        database.put(versionKey(), first);
        return first;
      });
      await syncFolder(this.folder);
    }
    if (version.length !== 1 || version[0] !== LAYOUT_VERSION) {
      throw damagedFile(
        join(this.folder, 'data.mdb'),
        `expected layout ${LAYOUT_VERSION}, got ${version.join(' ')}: it is of a newer version, or damaged`,
      );
    }
  }
}

/** lmdb-js tells why a commit failed in a promise on the error, which must be asked or it counts as unhandled. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  if (commitError === undefined) return error;
  return commitError.then(
    () => error,
    (cause: unknown) => cause,
  );
}

interface Shared {
  readonly environment: Promise<LmdbEnvironment>;
  users: number;
  /** Set when the last user has left. */
  closed?: Promise<void>;
}

/** The open folders of this thread. */
const shared = new Map<string, Shared>();

/**
 * Joins those who use the folder, opening it where nobody does.
 *
 * @returns the environment, and a function to leave it; the last one who leaves closes it
 * @throws UNKNOWN_ERROR that names path and remedy
 */
export async function joinEnvironment(
  folder: string,
  openDatabase: OpenDatabase,
): Promise<{ environment: LmdbEnvironment; leave: () => Promise<void> }> {
  const id = await prepareFolder(folder);
  let entry = shared.get(id);
  while (entry?.closed !== undefined) {
    await entry.closed;
    entry = shared.get(id);
  }
  entry ??= { environment: LmdbEnvironment.open(folder, openDatabase), users: 0 };
  shared.set(id, entry);
  entry.users++;
  const leave = async (): Promise<void> => {
    if (--entry.users > 0) return;
    entry.closed = entry.environment
      .then((environment) => environment.close())
      // Who waits for the end of this one opens another, and need not know how it failed.
      .catch(() => undefined)
      .finally(() => shared.delete(id));
    await entry.closed;
  };
  try {
    return { environment: await entry.environment, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}
