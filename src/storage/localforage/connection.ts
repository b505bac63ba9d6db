/**
 * The connection to one IndexedDB database, shared by all storages of this page or worker.
 *
 * localforage opens the database at first, and makes it where it is missing. It is asked once only: after a failure, or
 * when a connection is lost and cannot be had back at once, it is of no more use until the page is loaded anew (it waits
 * for ever, or repeats the old failure), and a database that was deleted meanwhile it makes anew without a word. What it
 * could not open, and what was lost, is opened here.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import { databaseFailure, notOpened } from './failure.ts';

/** The object store in each database. */
export const STORE_NAME = 'records';

/** In that store, a random id: tells a database from one of the same name that was made after its deletion. */
const DATABASE_ID = 'database-id';

/** How long to wait for a database to open, in ms. It goes on opening meanwhile; the next call waits again. */
const PATIENCE = 10_000;

/** What of a localforage instance is used. */
export interface Forage {
  ready(): Promise<void>;
}

/** An open connection. */
export interface Connection {
  readonly db: IDBDatabase;
  /** Of the database that is open now. */
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
   * Begins to use it.
   *
   * @param onInterruption called when the connection breaks: another version, or the end, of this database
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

  /** @throws UNKNOWN_ERROR when it cannot be opened, or not within {@link PATIENCE} */
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

  /** Says that `connection` turned out to be closed. */
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
    // It keeps to itself why it failed; opening the database again tells.
    await forage?.ready().catch(() => undefined);
    // Not in its documentation, but there in each release since 2015.
    const db = forage?._dbInfo?.db;
    return db instanceof IDBDatabase ? db : undefined;
  }

  #closeUnlessUsed(): void {
    if (this.#users.size > 0) return;
    this.#opened?.db.close();
    this.#opened = undefined;
  }
}

/** Opens it in whatever version it has, and makes what is missing. Like localforage, it lets go when it is in the way. */
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

/** What is done in a transaction, and what comes of it. */
export type Work<T> = (store: IDBObjectStore, answer: (value: T) => void) => void;

/**
 * Resolves when the transaction is on the disk.
 *
 * @throws what IndexedDB throws: InvalidStateError when the connection is closed already
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

/** What is stored under `key`; the first one who asks, in whatever tab, makes it. */
export async function getOrPut<T>(
  db: IDBDatabase,
  key: string,
  make: () => T | Promise<T>,
): Promise<unknown> {
  // A look first: writing fails where the disk is full, and costs more.
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
