/**
 * The contract of a storage driver. Anyone can write a driver, and check it with
 * `powerauth-wasm/testing/storage-contract`.
 *
 * @module
 */

/**
 * The `CryptoKey` of Web Crypto. The name is for Node programs that compile without the DOM library: Node's types
 * include the key, but no global name for it.
 *
 * @example
 * ```ts
 * const usages = ['encrypt', 'decrypt'] as const;
 * const key: PowerAuthCryptoKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, usages);
 * ```
 */
export type PowerAuthCryptoKey = Parameters<typeof crypto.subtle.exportKey>[1];

/**
 * The key that seals records: 32 bytes, or an AES-256-GCM key that may encrypt and decrypt. Of several keys the first
 * seals, and all unseal, so a key can be replaced while others use the storage.
 *
 * @example
 * ```ts
 * const sealingKey: PowerAuthSealingKey = crypto.getRandomValues(new Uint8Array(32));
 * ```
 */
export type PowerAuthSealingKey =
  Uint8Array | PowerAuthCryptoKey | readonly (Uint8Array | PowerAuthCryptoKey)[];

/**
 * A held lock, passed to the section that runs under it.
 *
 * @example
 * ```ts
 * await storage.lock('my-job', async ({ signal }) => {
 *   await fetch(url, { signal }); // given up when the lock is lost
 * });
 * ```
 */
export interface PowerAuthStorageLock {
  /**
   * Aborted if the lock is lost while the section still runs, because its process did not respond for seconds and
   * somebody else took over, or because the storage was closed. The section must then stop and change nothing more.
   */
  readonly signal: AbortSignal;

  /**
   * Whether the section holds the lock now. If it doesn't, {@link signal} is aborted before the promise resolves. Call
   * this right before anything that must not happen without the lock, and after anything that may have failed because
   * the lock was lost: a frozen process that wakes up continues before the timers and messages that abort the signal.
   * So the answer must come from clocks and the storage itself. A driver whose locks can only be lost by `close` leaves
   * this out.
   *
   * @returns true while it is held; does not reject
   */
  isHeld?(): Promise<boolean>;
}

/**
 * What a subscriber receives: the keys that somebody else changed, or `'all'` if notices may have been missed.
 *
 * @example
 * ```ts
 * const unsubscribe = storage.subscribe((change: PowerAuthStorageChange) => {
 *   if (change === 'all' || change.includes('a/1')) show('Read a/1 again');
 * });
 * ```
 */
export type PowerAuthStorageChange = readonly string[] | 'all';

/**
 * A key-value store of bytes that several tabs, workers, processes or machines may share.
 *
 * Keys are any non-empty strings of up to 512 UTF-16 units, including lone surrogates. Two keys are equal only if their
 * units are. Other keys are refused with WRONG_PARAMETER. Values are bytes, copied on the way in (before the call
 * returns) and out. A missing key is `undefined`; a failed call rejects with a `PowerAuthError`: UNKNOWN_ERROR if the
 * medium fails, INVALID_NATIVE_OBJECT after `close`.
 *
 * @example
 * ```ts
 * import { memoryStorage } from 'powerauth-wasm/storage/memory';
 *
 * const storage: PowerAuthStorage = memoryStorage();
 * await storage.set('a/1', new Uint8Array([1, 2, 3]));
 * for await (const key of storage.list('a/')) console.log(key); // a/1
 * await storage.close();
 * ```
 */
export interface PowerAuthStorage {
  /** For messages and test titles: 'memory', 'sqlite', … */
  readonly name: string;

  /**
   * True for a storage whose records are shared beyond this device: `configure` then requires the caller's `sealingKey`
   * (WRONG_PARAMETER without it).
   */
  readonly needsSealingKey?: boolean;

  /** The value of `key`, or undefined. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /** Stores a copy of `value`. Resolves when it is durable. */
  set(key: string, value: Uint8Array): Promise<void>;

  /** Removes `key`; no error if it is missing. */
  delete(key: string): Promise<void>;

  /**
   * Streams the keys that begin with `prefix` (may be empty), in no particular order; it never loads the whole store.
   * Each key that exists from the first to the last step comes exactly once. A key that is added or removed in the
   * meantime may come or not.
   */
  list(prefix: string): AsyncIterable<string>;

  /**
   * Atomic read-modify-write across everyone who shares the store. `change` gets the current value and returns the next
   * one (undefined removes the key). It may run again if somebody else was faster, so it must have no side effects,
   * such as an `update` of the same key. If `change` rejects, nothing is written and `update` rejects with the same
   * error.
   *
   * @returns a copy of what was stored; if that is a secret, the caller must wipe it, just like what `get` returns
   */
  update(
    key: string,
    change: (
      current: Uint8Array<ArrayBuffer> | undefined,
    ) => Uint8Array | undefined | Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /**
   * Runs `section` while nobody else who shares the store is in a section of the same `name`. Waits its turn, in the
   * order of the calls within one process. The lock is freed when the section ends, however it ends, and within 10 s if
   * its holder dies or freezes; a frozen holder that wakes up finds its `signal` aborted. Lock names follow the same
   * rules as keys, and never collide with keys. A section must not request the lock that it holds.
   *
   * @returns what the section returned; rejects if the section rejects
   */
  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T>;

  /**
   * Calls `listener` when somebody else (another storage object, tab, process, machine) changed keys, within 1 s.
   * Changes made through this object are not reported.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void;

  /**
   * Clears overwritten and removed data from the medium. A driver has this member if its medium keeps such content for
   * a while and can be told to discard it. Resolves when the medium's own files hold nothing that this object had
   * overwritten or removed before the call. If somebody else who shares the store prevents that, as a frozen process
   * can, it resolves after a few seconds at most, and the work is done as soon as possible. Calls at the same time
   * share the work. It changes no record, so a failure (UNKNOWN_ERROR) says nothing about earlier writes.
   */
  forget?(): Promise<void>;

  /**
   * Closes files and handles, stops timers, frees the locks that this object holds, and ends its subscriptions. Writes
   * in progress are completed; calls that wait for something are rejected. Calling it again has no effect. Any other
   * call afterwards rejects with INVALID_NATIVE_OBJECT (`subscribe` throws it).
   */
  close(): Promise<void>;

  /**
   * Returns the key that seals this storage's records if the caller passes none. A driver has this member if it knows
   * where to keep such a key: sqlite keeps it in a file in its folder, memory beside the records. Without this member
   * the runtime's key store decides, see `defaultSealingKey`. It is never called if {@link needsSealingKey} is true. It
   * is called again when the key may have been replaced.
   *
   * @returns the key; while {@link replaceSealingKey} runs anywhere, the new key and then the old one
   */
  sealingKey?(): Promise<PowerAuthCryptoKey | readonly PowerAuthCryptoKey[]>;

  /**
   * Replaces the key that {@link sealingKey} returns: creates a new one, durably, runs `reseal` while both exist, and
   * then drops the old one. If `reseal` rejects, or the process dies, both stay, and the next call continues with the
   * same new key. The caller must make sure that nobody else calls it at the same time. A driver that keeps no key, or
   * can't replace it, leaves this out.
   */
  replaceSealingKey?(reseal: () => Promise<void>): Promise<void>;
}
