/**
 * Storage in IndexedDB, for browsers: one database that all windows and workers of an origin share.
 *
 * Durability: each write is one transaction with `durability: 'strict'`, so confirmed writes are there after a crash of
 * the browser and, as far as disk and operating system keep their word, after a power cut. The browser may still evict
 * the database when the disk is nearly full, unless the site has asked for `navigator.storage.persist()`. It is then
 * evicted as a whole, key and records.
 *
 * Only IndexedDB is used: localStorage, localforage's other driver, supports neither bytes nor CryptoKeys, and isn't
 * available in workers.
 *
 * @module powerauth-wasm/storage/localforage
 */

import localforage from 'localforage';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { describe } from '../util/validate.ts';
import { webCrypto } from '../util/web-crypto.ts';
import { assertKey, assertPrefix, closedError, copyOfValue } from './driver/checks.ts';
import { Closing } from './driver/closing.ts';
import { heldStorage } from './driver/held.ts';
import { Changes } from './localforage/changes.ts';
import { Connector, STORE_NAME } from './localforage/connection.ts';
import { LocalforageDatabase } from './localforage/database.ts';
import { assertBrowserStorage, databaseFailure } from './localforage/failure.ts';
import { WebLocks } from './localforage/locks.ts';
import { Turns } from './driver/turns.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from './types.ts';
import { updateUntilDone, type Change } from './driver/updates.ts';

/** How many keys `list` reads at a time. */
const PAGE = 256;

type Listener = (change: PowerAuthStorageChange) => void;

/**
 * Options of {@link localforageStorage}.
 *
 * @example
 * ```ts
 * const options: LocalforageStorageOptions = { name: 'bank' };
 * ```
 */
export interface LocalforageStorageOptions {
  /** Name of the IndexedDB database. Default: `powerauth-wasm`. */
  readonly name?: string;
}

/** One connector for each database that was used in this page or worker. */
const connectors = new Map<string, Connector>();

function connectorOf(name: string): Connector {
  const connector =
    connectors.get(name) ??
    new Connector(name, () =>
      localforage.createInstance({ name, storeName: STORE_NAME, driver: localforage.INDEXEDDB }),
    );
  connectors.set(name, connector);
  return connector;
}

interface Joined {
  readonly database: LocalforageDatabase;
  readonly changes: Changes;
  readonly locks: WebLocks;
  readonly leave: () => void;
}

class LocalforageStorage implements PowerAuthStorage {
  readonly name = 'localforage';
  readonly #databaseName: string;
  readonly #closing = new Closing();
  /** Updates of one record, one after another: within one page they needn't race. */
  readonly #updates = new Turns();
  /** Subscriptions, each with the function that ends it once it has started. */
  readonly #subscriptions = new Map<Listener, (() => void) | undefined>();
  /** Operations that are using the database. */
  readonly #running = new Set<Promise<unknown>>();
  #joined: Promise<Joined> | undefined;
  #left: Promise<void> | undefined;

  constructor(databaseName: string) {
    this.#databaseName = databaseName;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    return this.#run(({ database }) => database.read(key));
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    const copy = copyOfValue(value);
    await this.#write(key, (database) => database.write(key, copy));
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#write(key, (database) => database.write(key, undefined));
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    let start = prefix;
    let after = false;
    for (;;) {
      const [from, isAfter] = [start, after];
      const keys = await this.#run(({ database }) => database.keys(from, isAfter, PAGE));
      for (const key of keys) {
        if (!key.startsWith(prefix)) return;
        this.#assertOpen();
        yield key;
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < PAGE) return;
      start = last;
      after = true;
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const pass = await this.#updates.take(key, this.#closing);
    try {
      return await updateUntilDone(
        change,
        () => this.#run(({ database }) => database.read(key)),
        // Compares and writes in one transaction, not under a Web Lock, which a frozen tab could hold for long.
        (current, next) => this.#write(key, (database) => database.replace(key, current, next)),
      );
    } finally {
      pass();
    }
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    const { locks } = await this.#join();
    return locks.run(this.#scoped('lock', name), name, section);
  }

  subscribe(listener: Listener): () => void {
    this.#assertOpen();
    // A separate entry for each call, even if the same function is passed twice.
    const own: Listener = (change) => listener(change);
    this.#subscriptions.set(own, undefined);
    // If the database can't be opened, there is nothing to report here; the next call reports it.
    this.#join().then(
      ({ changes }) => this.#beginSubscriptions(changes),
      () => undefined,
    );
    return () => {
      this.#subscriptions.get(own)?.();
      this.#subscriptions.delete(own);
    };
  }

  close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#left ??= this.#leave();
    return this.#left;
  }

  async replaceSealingKey(reseal: () => Promise<void>): Promise<void> {
    this.#assertOpen();
    await this.#run(({ database }) => database.makeNextSealingKey());
    await reseal();
    this.#assertOpen();
    await this.#run(({ database }) => database.takeNextSealingKey());
  }

  async sealingKey(): Promise<CryptoKey | readonly CryptoKey[]> {
    this.#assertOpen();
    return this.#run(({ database }) => database.sealingKey());
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }

  /** @throws INVALID_NATIVE_OBJECT if it was closed in the meantime */
  async #join(): Promise<Joined> {
    if (this.#joined === undefined) {
      this.#joined = this.#open();
      // Blocked site data or a full disk may be fixed; the next call tries again.
      this.#joined.catch(() => (this.#joined = undefined));
    }
    const joined = await this.#joined;
    this.#assertOpen();
    return joined;
  }

  async #open(): Promise<Joined> {
    assertBrowserStorage();
    webCrypto();
    const connector = connectorOf(this.#databaseName);
    let changes: Changes | undefined;
    let locks: WebLocks | undefined;
    const end = connector.join(() => changes?.tell('all'));
    const leave = (): void => {
      changes?.close();
      locks?.close();
      end();
    };
    try {
      const database = new LocalforageDatabase(connector);
      await database.open();
      // Subscribes before any record is read, so that no later change of it is missed.
      changes = new Changes(this.#scoped('changes', ''));
      locks = new WebLocks(this.#scoped('locks', ''), this.#closing);
      this.#beginSubscriptions(changes);
      return { database, changes, locks, leave };
    } catch (cause) {
      leave();
      throw databaseFailure('open', this.#databaseName, cause);
    }
  }

  #beginSubscriptions(changes: Changes): void {
    if (this.#closing.isClosed) return;
    for (const [listener, end] of this.#subscriptions) {
      if (end === undefined) this.#subscriptions.set(listener, changes.subscribe(listener));
    }
  }

  async #leave(): Promise<void> {
    for (const end of this.#subscriptions.values()) end?.();
    this.#subscriptions.clear();
    const joined = await this.#joined?.catch(() => undefined);
    await Promise.allSettled(this.#running);
    joined?.leave();
  }

  /** Runs `work` on the database, unless this storage is closed. Closing waits for the work to end. */
  async #run<T>(work: (joined: Joined) => Promise<T>): Promise<T> {
    const running = work(await this.#join());
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #write<T>(key: string, write: (database: LocalforageDatabase) => Promise<T>): Promise<T> {
    return this.#run(({ database, changes }) => {
      const tell = changes.announce(key);
      return write(database).finally(tell);
    });
  }

  /**
   * A name that all of this origin shares. JSON separates the parts, and writes lone surrogates, which browsers
   * confuse, as escapes such as `\ud83d`.
   */
  #scoped(kind: 'lock' | 'locks' | 'changes', name: string): string {
    return JSON.stringify(['powerauth-wasm', this.#databaseName, kind, name]);
  }
}

/**
 * A storage in IndexedDB, opened on first use. Any number of windows, dedicated, shared and service workers of one origin
 * may use one database at once.
 *
 * Its {@link PowerAuthStorage.sealingKey | default sealing key} is a non-extractable CryptoKey in the same database,
 * created when it is first needed.
 *
 * @throws WRONG_PARAMETER if `name` isn't a valid name. Calls reject with UNKNOWN_ERROR, whose message names the
 *   database and the remedy, if IndexedDB, Web Locks, BroadcastChannel or WebCrypto are missing or blocked, the quota
 *   is used up, or the database was deleted while it was in use
 *
 * @example
 * ```ts
 * import { localforageStorage } from 'powerauth-wasm/storage/localforage';
 *
 * const storage = localforageStorage({ name: 'my-app' });
 * await powerAuth.configure(configuration, undefined, undefined, { storage });
 * ```
 */
export function localforageStorage(options: LocalforageStorageOptions = {}): PowerAuthStorage {
  const { name = 'powerauth-wasm' } = options;
  // Firefox refuses lone surrogates here.
  if (typeof name !== 'string' || name === '' || /\p{Surrogate}/u.test(name)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `name: expected the name of a database in well-formed Unicode, got ${describe(name)}`,
    );
  }
  return heldStorage(new LocalforageStorage(name));
}
