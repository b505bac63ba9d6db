/**
 * Storage in SQLite, for Node, Deno and Bun: one folder that threads, processes and cluster workers of one machine share.
 *
 * Durability: a write resolves when its commit is on the disk, see sqlite/wal.ts. Confirmed writes are there after
 * `kill -9` and, as far as disk and file system keep their word, after a power cut.
 *
 * SQLite's write-ahead log needs a local file system. A process that is stopped (SIGSTOP) in the middle of a commit
 * makes other writers wait until it continues or dies; readers never wait.
 *
 * @module powerauth-wasm/storage/sqlite
 */

import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { holdProcess } from '../util/hold.ts';
import { describe } from '../util/validate.ts';
import { assertKey, assertPrefix, closedError, copyOfValue } from './driver/checks.ts';
import { Closing } from './driver/closing.ts';
import { dataFolder } from './node/data-folder.ts';
import { heldStorage } from './driver/held.ts';
import { readKeyFileAgain, readOrCreateKeyFile, replaceKeyFile } from './node/key-file.ts';
import { ORIGIN_LENGTH } from './sqlite/changes.ts';
import { joinEnvironment, type SqliteEnvironment } from './sqlite/environment.ts';
import { assertStore } from './sqlite/folder.ts';
import type { Lease } from './sqlite/locks.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from './types.ts';
import type { Change } from './driver/updates.ts';

/** How many keys `list` reads at a time. */
const PAGE = 256;

type Listener = (change: PowerAuthStorageChange) => void;

/**
 * Options of {@link sqliteStorage}.
 *
 * @example
 * ```ts
 * const options: SqliteStorageOptions = { path: '/var/lib/bank/powerauth' };
 * ```
 */
export interface SqliteStorageOptions {
  /** The folder; created if it is missing. Default: the user's data folder for `powerauth-wasm`. */
  readonly path?: string;
}

interface Joined {
  readonly environment: SqliteEnvironment;
  readonly leave: () => Promise<void>;
}

class SqliteStorage implements PowerAuthStorage {
  readonly name = 'sqlite';
  readonly #folder: string;
  /** Marks this object's changes in the log. */
  readonly #origin = randomBytes(ORIGIN_LENGTH);
  readonly #closing = new Closing();
  readonly #leases = new Set<Lease>();
  /** Subscriptions, each with the function that ends it once it has started. */
  readonly #subscriptions = new Map<Listener, (() => void) | undefined>();
  #hadKey = false;
  #joined: Promise<Joined> | undefined;
  #left: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const environment = await this.#environment();
    return environment.get(key);
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    const copy = copyOfValue(value);
    const environment = await this.#environment();
    await this.#write(environment, () => environment.put(key, copy, this.#origin));
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    const environment = await this.#environment();
    await this.#write(environment, () => {
      if (environment.valueOf(key) !== undefined) environment.put(key, undefined, this.#origin);
    });
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    let last: string | undefined;
    for (;;) {
      // Page by page: a long read would prevent the log from starting over.
      const environment = await this.#environment();
      const keys = await environment.keys({ start: prefix, last, limit: PAGE });
      for (const key of keys) {
        if (!key.startsWith(prefix)) return;
        this.#assertOpen();
        yield key;
      }
      last = keys.at(-1);
      if (last === undefined || keys.length < PAGE) return;
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const environment = await this.#environment();
    return environment.updates.update(key, change, {
      closing: this.#closing,
      replace: async (current, next) =>
        environment.transact(
          this.#guarded(environment, () => {
            // Compares content, not versions: `change` has no side effects, so equal content means that nothing
            // happened.
            if (!isSame(environment.valueOf(key), current)) return false;
            if (!isSame(next, current)) environment.put(key, next, this.#origin);
            return true;
          }),
        ),
    });
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    const environment = await this.#environment();
    return environment.locks.lock(name, section, this.#closing, this.#leases);
  }

  subscribe(listener: Listener): () => void {
    this.#assertOpen();
    // A separate entry for each call, even if the same function is passed twice.
    const own: Listener = (change) => listener(change);
    this.#subscriptions.set(own, undefined);
    // If the folder can't be opened, there is nothing to report here; the next call reports it.
    this.#environment().then(
      (environment) => this.#beginSubscriptions(environment),
      () => undefined,
    );
    return () => {
      this.#subscriptions.get(own)?.();
      this.#subscriptions.delete(own);
    };
  }

  async forget(): Promise<void> {
    this.#assertOpen();
    const environment = await this.#environment();
    await environment.forget();
  }

  close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#left ??= this.#leave();
    return this.#left;
  }

  async sealingKey(): Promise<CryptoKey | readonly CryptoKey[]> {
    this.#assertOpen();
    // A key file that existed and was lost must not be replaced by another key.
    const read = this.#hadKey ? readKeyFileAgain : readOrCreateKeyFile;
    const keys = await read(this.#folder);
    this.#hadKey = true;
    return keys;
  }

  async replaceSealingKey(reseal: () => Promise<void>): Promise<void> {
    this.#assertOpen();
    await replaceKeyFile(this.#folder, reseal);
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }

  /** @throws INVALID_NATIVE_OBJECT if it was closed in the meantime */
  async #environment(): Promise<SqliteEnvironment> {
    this.#joined ??= this.#join();
    const { environment } = await this.#joined;
    this.#assertOpen();
    return environment;
  }

  async #join(): Promise<Joined> {
    try {
      const joined = await joinEnvironment(this.#folder);
      // Subscribes before anything is read, so that no later change of it is missed.
      this.#beginSubscriptions(joined.environment);
      return joined;
    } catch (error) {
      // A full disk or a wrong mode may be fixed; the next call tries again.
      this.#joined = undefined;
      throw error;
    }
  }

  #beginSubscriptions(environment: SqliteEnvironment): void {
    if (this.#closing.isClosed) return;
    for (const [listener, end] of this.#subscriptions) {
      if (end === undefined) {
        this.#subscriptions.set(listener, environment.changes.subscribe(this.#origin, listener));
      }
    }
  }

  async #leave(): Promise<void> {
    for (const end of this.#subscriptions.values()) end?.();
    this.#subscriptions.clear();
    const joined = await this.#joined?.catch(() => undefined);
    if (joined === undefined) return;
    await Promise.all([...this.#leases].map((lease) => lease.release()));
    await joined.environment.settled();
    await joined.leave();
  }

  /** Writes, unless the lock of the calling section was lost. */
  async #write(environment: SqliteEnvironment, work: () => void): Promise<void> {
    await environment.write(this.#guarded(environment, work));
  }

  /** Wraps `work` so that it throws if the lock of the calling section was lost. */
  #guarded<T>(environment: SqliteEnvironment, work: () => T): () => T {
    const held = environment.locks.held();
    return () => {
      for (const lease of held) lease.assertHeld();
      return work();
    };
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

/** The absolute path of a store's folder. */
function folderOf({ path = dataFolder() }: SqliteStorageOptions): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `path: expected the path of a folder, got ${describe(path)}`,
    );
  }
  // Resolved now: the working directory may change before the first use.
  return resolve(path);
}

/**
 * A storage in a folder on disk, opened on first use. Any number of objects, threads and processes of one machine may
 * use one folder at once. Folder 0700, files 0600.
 *
 * Its {@link PowerAuthStorage.sealingKey | default sealing key} is the file `sealing.key` in the same folder, 32 random
 * bytes, created when it is first needed. Back it up with the folder: without it the records are useless.
 *
 * @throws WRONG_PARAMETER if `path` isn't a path. Calls reject with UNKNOWN_ERROR, whose message names the path and the
 *   remedy, if the folder can't be used: a file in its place, no permission, a full disk, a damaged file
 *
 * @example
 * ```ts
 * import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
 *
 * const storage = sqliteStorage({ path: './data/powerauth' });
 * await powerAuth.configure(configuration, undefined, undefined, { storage });
 * ```
 */
export function sqliteStorage(options: SqliteStorageOptions = {}): PowerAuthStorage {
  return heldStorage(new SqliteStorage(folderOf(options)));
}

/**
 * Checks the database of a store, as SQLite's `PRAGMA integrity_check` does, and checks that each value belongs to one
 * record. It runs in a separate thread, and others may use the store in the meantime. It takes time in proportion to
 * the store's size. The records are not unsealed.
 *
 * @param options as for {@link sqliteStorage}
 * @returns a list of faults; an empty array if the database is sound
 * @throws WRONG_PARAMETER if `path` isn't a path, UNKNOWN_ERROR if there is no store that can be opened
 *
 * @example
 * ```ts
 * const faults = await checkSqliteStorage({ path: './data/powerauth' });
 * if (faults.length > 0) console.error('Restore it from a backup:', faults);
 * ```
 */
export async function checkSqliteStorage(options: SqliteStorageOptions = {}): Promise<string[]> {
  const folder = folderOf(options);
  await assertStore(folder);
  return holdProcess(checkFolder(folder));
}

async function checkFolder(folder: string): Promise<string[]> {
  const { environment, leave } = await joinEnvironment(folder);
  try {
    return await environment.faults();
  } finally {
    await leave();
  }
}
