/**
 * The connection to one IndexedDB database, shared by all storages of this page or worker.
 *
 * localforage opens the database the first time, and creates it if it is missing. It is used only once. After a
 * failure, or if a lost connection can't be restored at once, it is useless until the page is reloaded (it waits for
 * ever, or repeats the old failure), and it silently recreates a database that was deleted in the meantime. So a
 * database that it couldn't open, or whose connection was lost, is opened here.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import { databaseFailure, notOpened } from './failure.ts';

/** The object store in each database. */
export const STORE_NAME = 'records';

/**
 * In that store, a random id: distinguishes a database from one of the same name that was created after its deletion.
 */
const DATABASE_ID = 'database-id';

/** How long to wait for a database to open, in ms. It keeps opening after that, and the next call waits again. */
const PATIENCE = 10_000;

/** The members of a localforage instance that are used. */
export interface Forage {
  ready(): Promise<void>;
}

/** An open connection. */
export interface Connection {
  readonly db: IDBDatabase;
  /** The id of the database that is open now. */
  readonly id: unknown;
}

/** Connects to the database of one name. */
export class Connector {
  readonly name: string;
  #createForage: (() => Forage) | undefined;
  readonly #users = new Set<() => void>();
  #opened: Connection | undefined;
  #opening: Promise<Connection> | undefined;

  constructor(name: string, createForage: () => Forage) {
    this.name = name;
    this.#createForage = createForage;
  }

  /**
   * Starts to use it.
   *
   * @param onInterruption called when the connection breaks because the database gets another version or is deleted
   * @returns a function that ends the use; the last one closes the connection
   */
  join(onInterruption: () => void): () => void {
    const user = (): void => onInterruption();
    this.#users.add(user);
    return () => {
      this.#users.delete(user);
      this.#closeUnlessUsed();
    };
  }

  /** @throws UNKNOWN_ERROR if it can't be opened within {@link PATIENCE} */
  async connect(): Promise<Connection> {
    if (this.#opened !== undefined) return this.#opened;
    if (this.#opening === undefined) {
      const opening = this.#open();
      this.#opening = opening;
      const done = (): void => void (this.#opening = undefined);
      opening.then(done, done);
    }
    return inTime(this.#opening, PATIENCE, () => notOpened(this.name, PATIENCE));
  }

  /** Reports that `connection` turned out to be closed. */
  lost(connection: Connection): void {
    if (this.#opened === connection) this.#opened = undefined;
  }

  async #open(): Promise<Connection> {
    let connection: Connection;
    try {
      const db = (await this.#byLocalforage()) ?? (await openDatabase(this.name));
      connection = { db, id: await getOrPut(db, DATABASE_ID, () => crypto.randomUUID()) };
    } catch (cause) {
      throw databaseFailure('open', this.name, cause);
    }
    const interrupted = (): void => {
      this.lost(connection);
      for (const tell of this.#users) tell();
    };
    connection.db.addEventListener('versionchange', interrupted, { once: true });
    connection.db.addEventListener('close', interrupted, { once: true });
    this.#opened = connection;
    this.#closeUnlessUsed();
    return connection;
  }

  async #byLocalforage(): Promise<IDBDatabase | undefined> {
    const forage = this.#createForage?.() as
      (Forage & { readonly _dbInfo?: { readonly db?: unknown } | null }) | undefined;
    this.#createForage = undefined;
    // It doesn't say why it failed; opening the database again does.
    await forage?.ready().catch(() => undefined);
    // This is undocumented, but has been in each release since 2015.
    const db = forage?._dbInfo?.db;
    return db instanceof IDBDatabase ? db : undefined;
  }

  #closeUnlessUsed(): void {
    if (this.#users.size > 0) return;
    this.#opened?.db.close();
    this.#opened = undefined;
  }
}

/**
 * Opens it in its current version, and creates what is missing. Like localforage, it closes the connection if that
 * blocks somebody else.
 */
function openDatabase(name: string, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE_NAME);
    request.onerror = () => reject(request.error ?? new Error('not opened'));
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => db.close();
      if (db.objectStoreNames.contains(STORE_NAME)) {
        resolve(db);
        return;
      }
      db.close();
      resolve(openDatabase(name, db.version + 1));
    };
  });
}

/** The work done in a transaction, which passes its result to `answer`. */
export type Work<T> = (store: IDBObjectStore, answer: (value: T) => void) => void;

/**
 * Resolves when the transaction is on the disk.
 *
 * @throws what IndexedDB throws: InvalidStateError if the connection is already closed
 */
export function transact<T>(db: IDBDatabase, mode: IDBTransactionMode, work: Work<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE_NAME, mode, { durability: 'strict' });
    let result: T;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted', 'AbortError'));
    work(transaction.objectStore(STORE_NAME), (value) => (result = value));
  });
}

/** Returns the value under `key`. The first caller, in any tab, creates it. */
export async function getOrPut<T>(
  db: IDBDatabase,
  key: string,
  make: () => T | Promise<T>,
): Promise<unknown> {
  // Reads first: writing costs more, and fails if the disk is full.
  const present = await transact<unknown>(db, 'readonly', (store, answer) => {
    const request = store.get(key);
    request.onsuccess = () => answer(request.result);
  });
  if (present !== undefined) return present;
  const made = await make();
  return transact<unknown>(db, 'readwrite', (store, answer) => {
    const request = store.get(key);
    request.onsuccess = () => {
      if (request.result === undefined) store.put(made, key);
      answer(request.result ?? made);
    };
  });
}
