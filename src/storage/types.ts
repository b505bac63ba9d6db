/**
 * The contract of a storage driver. Anybody can write one; `test/conformance/storage.ts` proves it.
 *
 * @module
 */

/** A held lock, given to the section that runs under it. */
export interface PowerAuthStorageLock {
  /** Aborted when the lock was lost while the section still runs; the section must then stop and change nothing more. */
  readonly signal: AbortSignal;
}

/** What a subscriber is told: keys that somebody else changed, or `'all'` when notices may have been missed. */
export type PowerAuthStorageChange = readonly string[] | 'all';

/**
 * A key-value store of bytes that several tabs, workers, processes or machines may share.
 *
 * Keys are any non-empty strings of up to 512 UTF-16 units. Values are bytes, copied on the way in and out. A missing
 * key is `undefined`; whatever fails is a rejection with a `PowerAuthError`, never silence.
 */
export interface PowerAuthStorage {
  /** For messages and test titles: 'memory', 'lmdb', … */
  readonly name: string;

  /** The value of `key`, or undefined. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /** Stores a copy of `value`; resolved when it is durable. */
  set(key: string, value: Uint8Array): Promise<void>;

  /** Removes `key`; no error when it is missing. */
  delete(key: string): Promise<void>;

  /** The keys that begin with `prefix`, in no particular order, streamed: the store is never loaded whole. */
  list(prefix: string): AsyncIterable<string>;

  /**
   * Atomic read-modify-write over everybody who shares the store. `change` gets the present value and answers the next
   * one (undefined removes the key); it may run again when somebody else was faster, so it must be free of side effects.
   * When `change` rejects, nothing is written and `update` rejects with the same error.
   *
   * @returns what was stored
   */
  update(
    key: string,
    change: (
      current: Uint8Array<ArrayBuffer> | undefined,
    ) => Uint8Array | undefined | Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /**
   * Runs `section` while nobody else who shares the store is in a section of the same `name`. Waits its turn, in the
   * order of the calls within one process. Freed when the section ends, however it ends, and when its holder dies.
   * Lock names and keys do not meet.
   */
  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T>;

  /**
   * Calls `listener` when somebody else (another storage object, tab, process, machine) changed keys, within 1 s.
   * Changes made through this very object are not reported.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void;

  /** Lets go of files, handles and timers. Twice is fine; any other call afterwards is rejected. */
  close(): Promise<void>;
}
