/**
 * One IndexedDB database, as one storage sees it.
 *
 * localforage opens it, see ./connection.ts. Records are read, written and listed through the connection itself,
 * because localforage can't request strict durability or a range of keys. Without strict durability a power cut could
 * bring an old signature counter back. Without ranges `list` would load all keys.
 *
 * ```
 * store "records":  "record/" + key   a sealed record, Uint8Array
 *                   "sealing-key"     a non-extractable CryptoKey
 *                   "sealing-key-next"  the one that is taking its place; only there in the meantime
 *                   "database-id"     random, tells this database from one made after its deletion
 * ```
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { equalBytes } from '../../util/bytes.ts';
import { getOrPut, transact, type Connection, type Connector, type Work } from './connection.ts';
import { databaseFailure, deletedDatabase } from './failure.ts';

const RECORD = 'record/';
const SEALING_KEY = 'sealing-key';
const NEXT_KEY = 'sealing-key-next';

/** One database, never a later one of the same name. */
export class LocalforageDatabase {
  readonly #connector: Connector;
  /** The id of the database that was opened first. */
  #id: unknown;
  /** Set once that database is gone. */
  #end: Error | undefined;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Opens it, unless it is open already. */
  async open(): Promise<void> {
    await this.#connect();
  }

  async read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const value = await this.#transact<unknown>('read', 'readonly', (store, answer) => {
      const request = store.get(RECORD + key);
      request.onsuccess = () => answer(request.result);
    });
    if (value === undefined) return undefined;
    if (value instanceof Uint8Array) return Uint8Array.from(value);
    throw this.#foreign(`record ${JSON.stringify(key)} isn't bytes`);
  }

  async write(key: string, value: Uint8Array | undefined): Promise<void> {
    await this.#transact('write', 'readwrite', (store) => put(store, key, value));
  }

  /**
   * Writes `next` if the record still is `expected`. It compares content, not versions: a change has no side effects,
   * so an equal record is as good as an untouched one.
   *
   * @returns whether it was written
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
        if (same && !isSame(next, expected)) put(store, key, next);
      };
    });
  }

  /** Up to `count` keys from `start` on, or after `start`, in the order of their UTF-16 units. */
  async keys(start: string, after: boolean, count: number): Promise<string[]> {
    const found = await this.#transact<IDBValidKey[]>('list', 'readonly', (store, answer) => {
      const request = store.getAllKeys(IDBKeyRange.lowerBound(RECORD + start, after), count);
      request.onsuccess = () => answer(request.result);
    });
    return found
      .filter((key): key is string => typeof key === 'string' && key.startsWith(RECORD))
      .map((key) => key.slice(RECORD.length));
  }

  /** Returns the key that seals this database's records. The first caller, in any tab, creates it. */
  async sealingKey(): Promise<CryptoKey | readonly CryptoKey[]> {
    // Read first, because it may replace the other one in the meantime.
    const next = await this.#transact<unknown>('read', 'readonly', (store, answer) => {
      const request = store.get(NEXT_KEY);
      request.onsuccess = () => answer(request.result);
    });
    const key = await this.#keyAt(SEALING_KEY);
    return next instanceof CryptoKey ? [next, key] : key;
  }

  /** Creates the key that will replace the current one, unless it exists already. */
  async makeNextSealingKey(): Promise<void> {
    await this.#keyAt(SEALING_KEY);
    await this.#keyAt(NEXT_KEY);
  }

  /** Replaces the current key by it. */
  async takeNextSealingKey(): Promise<void> {
    await this.#transact('write', 'readwrite', (store) => {
      const request = store.get(NEXT_KEY);
      request.onsuccess = () => {
        if (request.result === undefined) return;
        store.put(request.result, SEALING_KEY);
        store.delete(NEXT_KEY);
      };
    });
  }

  async #keyAt(name: string): Promise<CryptoKey> {
    const key = await this.#use('write', (db) =>
      getOrPut(db, name, () =>
        crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
      ),
    );
    if (key instanceof CryptoKey) return key;
    throw this.#foreign('its sealing key was replaced by something else');
  }

  /** @throws UNKNOWN_ERROR, from now on always, if the database was deleted after the first connection */
  async #connect(): Promise<Connection> {
    if (this.#end !== undefined) throw this.#end;
    const connection = await this.#connector.connect();
    this.#id ??= connection.id;
    if (connection.id === this.#id) return connection;
    this.#end = deletedDatabase(this.#connector.name);
    throw this.#end;
  }

  #transact<T>(what: string, mode: IDBTransactionMode, work: Work<T>): Promise<T> {
    return this.#use(what, (db) => transact(db, mode, work));
  }

  async #use<T>(what: string, work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work(connection.db);
    } catch (cause) {
      if ((cause as Partial<DOMException>).name !== 'InvalidStateError') throw this.#failed(what, cause);
    }
    // The connection was closed before the transaction began, by a new version or by a deletion, which shows now.
    this.#connector.lost(connection);
    const { db } = await this.#connect();
    return work(db).catch((cause: unknown) => {
      throw this.#failed(what, cause);
    });
  }

  #failed(what: string, cause: unknown): Error {
    return databaseFailure(what, this.#connector.name, cause);
  }

  #foreign(what: string): Error {
    return failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `IndexedDB database ${JSON.stringify(this.#connector.name)}: ${what}; it is left in place`,
    );
  }
}

function put(store: IDBObjectStore, key: string, value: Uint8Array | undefined): void {
  if (value === undefined) store.delete(RECORD + key);
  else store.put(value, RECORD + key);
}

function isSame(stored: unknown, expected: Uint8Array | undefined): boolean {
  if (!(stored instanceof Uint8Array) || expected === undefined) return stored === expected;
  return equalBytes(stored, expected);
}
