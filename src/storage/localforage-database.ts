/**
 * One IndexedDB database, opened by localforage.
 *
 * localforage opens it, makes it where it is missing, and reads records. Writes and listings go through the connection
 * that localforage holds: it can ask neither for strict durability, without which a power cut could bring an old
 * signature counter back, nor for a range of keys, without which `list` would load all of them.
 *
 * ```
 * store "records":  "record/" + key   a sealed record, Uint8Array
 *                   "sealing-key"     a non-extractable CryptoKey
 *                   "database-id"     random, tells this database from one made after its deletion
 * ```
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { equalBytes } from '../util/bytes.ts';
import { databaseFailure, deletedDatabase } from './localforage-failure.ts';

/** The object store in each database. */
export const STORE_NAME = 'records';

const RECORD = 'record/';
const SEALING_KEY = 'sealing-key';
const DATABASE_ID = 'database-id';

/** What of a localforage instance is used. */
export interface Forage {
  readonly INDEXEDDB: string;
  getItem(key: string): Promise<unknown>;
  length(): Promise<number>;
  setDriver(driver: string): Promise<void>;
}

/** Where localforage keeps its connection. Not in its documentation, but in each release since 2015. */
function connectionOf(forage: Forage): IDBDatabase {
  const { _dbInfo: info } = forage as Forage & { readonly _dbInfo?: { readonly db?: IDBDatabase | null } };
  if (info?.db instanceof IDBDatabase) return info.db;
  throw new Error(
    'localforage has no IndexedDB connection; is it another version than the one of this package?',
  );
}

/** A database of one name, as this page or worker has it. */
export class LocalforageDatabase {
  readonly name: string;
  readonly #forage: Forage;
  #connection: Promise<IDBDatabase> | undefined;
  #id: unknown;
  /** What went wrong once and for all. */
  #end: Error | undefined;
  readonly #onInterruption = new Set<() => void>();

  constructor(name: string, forage: Forage) {
    this.name = name;
    this.#forage = forage;
  }

  /** Calls back when the connection breaks: another version, or the end, of this database. */
  onInterruption(callback: () => void): () => void {
    this.#onInterruption.add(callback);
    return () => void this.#onInterruption.delete(callback);
  }

  /** Opens it, unless it is open. */
  async open(): Promise<void> {
    await this.#connect();
  }

  async read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    await this.#connect();
    let value: unknown;
    try {
      value = await this.#forage.getItem(RECORD + key);
    } catch (cause) {
      throw databaseFailure('read', this.name, cause);
    }
    return value === null ? undefined : this.#bytesOf(key, value);
  }

  async write(key: string, value: Uint8Array | undefined): Promise<void> {
    await this.#transact('write', 'readwrite', (store) => {
      if (value === undefined) store.delete(RECORD + key);
      else store.put(value, RECORD + key);
    });
  }

  /**
   * Writes `next` if the record still is `expected`: content is compared, not versions, because a change that has no side
   * effects may take an equal record for an untouched one.
   *
   * @returns whether it was
   */
  async replace(
    key: string,
    expected: Uint8Array | undefined,
    next: Uint8Array | undefined,
  ): Promise<boolean> {
    return this.#transact('write', 'readwrite', (store, answer) => {
      const present = store.get(RECORD + key);
      present.onsuccess = () => {
        const same = isSame(present.result as unknown, expected);
        answer(same);
        if (!same || isSame(next, expected)) return;
        if (next === undefined) store.delete(RECORD + key);
        else store.put(next, RECORD + key);
      };
    });
  }

  /** Up to `count` keys from `start` on, or after it, in the order of their UTF-16 units. */
  async keys(start: string, after: boolean, count: number): Promise<string[]> {
    const found = await this.#transact<IDBValidKey[]>('list', 'readonly', (store, answer) => {
      const request = store.getAllKeys(IDBKeyRange.lowerBound(RECORD + start, after), count);
      request.onsuccess = () => answer(request.result);
    });
    return found
      .filter((key): key is string => typeof key === 'string' && key.startsWith(RECORD))
      .map((key) => key.slice(RECORD.length));
  }

  /** The key that seals this database's records; the first one who asks makes it, in whatever tab. */
  async sealingKey(): Promise<CryptoKey> {
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const key = await this.#getOrPut(SEALING_KEY, made);
    if (key instanceof CryptoKey) return key;
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `IndexedDB database ${JSON.stringify(this.name)} holds something else in the place of its sealing key; it is left in place`,
    );
  }

  /** Lets the connection go; localforage opens another one when it is needed again. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    this.#connection = undefined;
    connection?.close();
  }

  /** @throws UNKNOWN_ERROR, from now on always, when the database was deleted since the first connection */
  #connect(): Promise<IDBDatabase> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#connection === undefined) {
      const connection = this.#open();
      this.#connection = connection;
      connection.catch(() => {
        if (this.#connection === connection) this.#connection = undefined;
      });
    }
    return this.#connection;
  }

  async #open(): Promise<IDBDatabase> {
    try {
      // Any call makes localforage connect, and connect anew when its connection was closed.
      await this.#forage.length().catch(async () => {
        // Once it could not open a database, it does not try again by itself.
        await this.#forage.setDriver(this.#forage.INDEXEDDB);
        await this.#forage.length();
      });
    } catch (cause) {
      throw databaseFailure('open', this.name, (await reasonNotToOpen(this.name)) ?? cause);
    }
    const connection = connectionOf(this.#forage);
    const interrupted = (): void => {
      this.#connection = undefined;
      for (const callback of this.#onInterruption) callback();
    };
    connection.addEventListener('versionchange', interrupted, { once: true });
    connection.addEventListener('close', interrupted, { once: true });
    const id = await this.#identify(connection);
    this.#id ??= id;
    if (id !== this.#id) {
      this.#end = deletedDatabase(this.name);
      throw this.#end;
    }
    return connection;
  }

  #identify(connection: IDBDatabase): Promise<unknown> {
    return transact(connection, 'readwrite', getOrPut(DATABASE_ID, crypto.randomUUID())).catch(
      (cause: unknown) => {
        throw databaseFailure('open', this.name, cause);
      },
    );
  }

  #getOrPut(key: string, value: unknown): Promise<unknown> {
    return this.#transact('write', 'readwrite', getOrPut(key, value));
  }

  async #transact<T>(what: string, mode: IDBTransactionMode, work: Work<T>): Promise<T> {
    try {
      return await transact(await this.#connect(), mode, work);
    } catch (cause) {
      if ((cause as Partial<DOMException>).name !== 'InvalidStateError') {
        throw databaseFailure(what, this.name, cause);
      }
      // Closed under our hands before the transaction began: by a new version, or by a deletion, which shows now.
      this.#connection = undefined;
    }
    const connection = await this.#connect();
    return transact(connection, mode, work).catch((cause: unknown) => {
      throw databaseFailure(what, this.name, cause);
    });
  }

  #bytesOf(key: string, value: unknown): Uint8Array<ArrayBuffer> {
    if (value instanceof Uint8Array) return Uint8Array.from(value);
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `IndexedDB database ${JSON.stringify(this.name)}: record ${JSON.stringify(key)} is no bytes; it is left in place`,
    );
  }
}

/** What is done in a transaction, and what comes of it. */
type Work<T> = (store: IDBObjectStore, answer: (value: T) => void) => void;

/** Resolves when the transaction is on the disk. */
function transact<T>(connection: IDBDatabase, mode: IDBTransactionMode, work: Work<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = connection.transaction(STORE_NAME, mode, { durability: 'strict' });
    let result: T;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted', 'AbortError'));
    work(transaction.objectStore(STORE_NAME), (value) => (result = value));
  });
}

function getOrPut(key: string, value: unknown): Work<unknown> {
  return (store, answer) => {
    const present = store.get(key);
    present.onsuccess = () => {
      if (present.result === undefined) store.put(value, key);
      answer(present.result ?? value);
    };
  };
}

function isSame(stored: unknown, expected: Uint8Array | undefined): boolean {
  if (!(stored instanceof Uint8Array) || expected === undefined) return stored === expected;
  return equalBytes(stored, expected);
}

/** localforage keeps to itself why it could not open a database; asking the browser tells. */
function reasonNotToOpen(name: string): Promise<unknown> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(name);
      request.onerror = () => resolve(request.error);
      request.onsuccess = () => {
        request.result.close();
        resolve(undefined);
      };
    } catch (error) {
      resolve(error);
    }
  });
}

interface Entry {
  readonly database: LocalforageDatabase;
  users: number;
}

/** The databases in use in this page or worker, by name. */
const shared = new Map<string, Entry>();

/**
 * The database of this name, shared by all storages of this page or worker.
 *
 * @param createForage called once for each name: localforage takes no second try of another object well
 * @returns the database, open, and a function that leaves it; the last one to leave closes it
 */
export async function joinDatabase(
  name: string,
  createForage: () => Forage,
): Promise<{ database: LocalforageDatabase; leave: () => Promise<void> }> {
  const entry = shared.get(name) ?? { database: new LocalforageDatabase(name, createForage()), users: 0 };
  shared.set(name, entry);
  entry.users++;
  const leave = async (): Promise<void> => {
    if (--entry.users > 0) return;
    if (shared.get(name) === entry) shared.delete(name);
    await entry.database.close();
  };
  try {
    await entry.database.open();
    return { database: entry.database, leave };
  } catch (error) {
    // Who comes next begins anew.
    if (shared.get(name) === entry) shared.delete(name);
    await leave();
    throw error;
  }
}
