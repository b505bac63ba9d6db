/**
 * One IndexedDB database, as one storage sees it.
 *
 * localforage opens it, see ./localforage-connection.ts. Records are read, written and listed through the connection
 * itself: localforage can ask neither for strict durability, without which a power cut could bring an old signature
 * counter back, nor for a range of keys, without which `list` would load all of them.
 *
 * ```
 * store "records":  "record/" + key   a sealed record, Uint8Array
 *                   "sealing-key"     a non-extractable CryptoKey
 *                   "sealing-key-next"  the one that is taking its place; there only meanwhile
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

/** A database of one name, and never a later one of the same name. */
export class LocalforageDatabase {
  readonly #connector: Connector;
  /** Of the database that was open first. */
  #id: unknown;
  /** That database is gone. */
  #end: Error | undefined;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Opens it, unless it is open. */
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
    throw this.#foreign(`record ${JSON.stringify(key)} is no bytes`);
  }

  async write(key: string, value: Uint8Array | undefined): Promise<void> {
    await this.#transact('write', 'readwrite', (store) => put(store, key, value));
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
        if (same && !isSame(next, expected)) put(store, key, next);
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
  async sealingKey(): Promise<CryptoKey | readonly CryptoKey[]> {
    // First, because it may take the place of the other one meanwhile.
    const next = await this.#transact<unknown>('read', 'readonly', (store, answer) => {
      const request = store.get(NEXT_KEY);
      request.onsuccess = () => answer(request.result);
    });
    const key = await this.#keyAt(SEALING_KEY);
    return next instanceof CryptoKey ? [next, key] : key;
  }

  /** Makes the key that is to take the place of the present one, unless there is one. */
  async makeNextSealingKey(): Promise<void> {
    await this.#keyAt(SEALING_KEY);
    await this.#keyAt(NEXT_KEY);
  }

  /** Puts it in that place. */
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
    throw this.#foreign('something else is in the place of its sealing key');
  }

  /** @throws UNKNOWN_ERROR, from now on always, when the database was deleted since the first connection */
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
    // Closed under our hands before the transaction began: by a new version, or by a deletion, which shows now.
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
