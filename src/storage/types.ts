/**
 * The contract of a storage driver. Anybody can write one, and check it with `powerauth-wasm/testing/storage-contract`.
 *
 * @module
 */

/**
 * The `CryptoKey` of Web Crypto. The name is for Node programs that compile without the DOM library: Node's types know
 * the key, but no global name for it.
 *
 * @example
 * ```ts
 * const usages = ['encrypt', 'decrypt'] as const;
 * const key: PowerAuthCryptoKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, usages);
 * ```
 */
export type PowerAuthCryptoKey = Parameters<typeof crypto.subtle.exportKey>[1];

/**
 * Under which key records are sealed: 32 bytes, or an AES-256-GCM key that may encrypt and decrypt. Of several the first
 * seals, and all unseal: so a key can be replaced while others use the storage.
 *
 * @example
 * ```ts
 * const sealingKey: PowerAuthSealingKey = crypto.getRandomValues(new Uint8Array(32));
 * ```
 */
export type PowerAuthSealingKey =
  Uint8Array | PowerAuthCryptoKey | readonly (Uint8Array | PowerAuthCryptoKey)[];

/**
 * A held lock, given to the section that runs under it.
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
   * Aborted when the lock was lost while the section still runs: its process did not answer for seconds and somebody
   * else took over, or the storage was closed. The section must then stop and change nothing more.
   */
  readonly signal: AbortSignal;

  /**
   * Whether the section holds the lock now. Where it does not, {@link signal} is aborted before the answer. To be asked
   * right before what must not happen without the lock, and after what may have failed for want of it: a process that was
   * frozen and wakes up runs on before the timers and messages that abort the signal. So the answer must come from clocks
   * and the storage itself. Left out by drivers whose locks can't be lost but by `close`.
   *
   * @returns true while it is held; does not reject
   */
  isHeld?(): Promise<boolean>;
}

/**
 * What a subscriber is told: keys that somebody else changed, or `'all'` when notices may have been missed.
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
 * Keys are any non-empty strings of up to 512 UTF-16 units, lone surrogates among them; two of them are the same key
 * only if they are the same units. Other keys are refused with WRONG_PARAMETER. Values are bytes, copied on the way in
 * (before the call returns) and out. A missing key is `undefined`; whatever fails is a rejection with a
 * `PowerAuthError`: UNKNOWN_ERROR where the medium fails, INVALID_NATIVE_OBJECT after `close`.
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
   * True for a storage whose records are shared beyond this device: `configure` then refuses to go on without a
   * `sealingKey` of the caller's (WRONG_PARAMETER).
   */
  readonly needsSealingKey?: boolean;

  /** The value of `key`, or undefined. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /** Stores a copy of `value`; resolved when it is durable. */
  set(key: string, value: Uint8Array): Promise<void>;

  /** Removes `key`; no error when it is missing. */
  delete(key: string): Promise<void>;

  /**
   * The keys that begin with `prefix` (may be empty), in no particular order, streamed: the store is never loaded whole.
   * Each key that is there from the first to the last step comes exactly once; what is added or removed meanwhile may
   * come or not.
   */
  list(prefix: string): AsyncIterable<string>;

  /**
   * Atomic read-modify-write over everybody who shares the store. `change` gets the present value and answers the next
   * one (undefined removes the key); it may run again when somebody else was faster, so it must be free of side effects,
   * an `update` of the same key among them. When `change` rejects, nothing is written and `update` rejects with the same
   * error.
   *
   * @returns a copy of what was stored; where that is a secret, the caller wipes it, as it wipes what `get` returns
   */
  update(
    key: string,
    change: (
      current: Uint8Array<ArrayBuffer> | undefined,
    ) => Uint8Array | undefined | Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /**
   * Runs `section` while nobody else who shares the store is in a section of the same `name`. Waits its turn, in the
   * order of the calls within one process. Freed when the section ends, however it ends, and within 10 s when its
   * holder dies or freezes; a frozen one that wakes up finds its `signal` aborted. Lock names (same rules as keys) and
   * keys do not meet. A section must not ask for the lock that it holds.
   *
   * @returns what the section returned; rejects as the section rejects
   */
  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T>;

  /**
   * Calls `listener` when somebody else (another storage object, tab, process, machine) changed keys, within 1 s.
   * Changes made through this very object are not reported.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void;

  /**
   * Clears out of the medium what was overwritten or removed. A driver has this member when its medium keeps such content
   * for a while, and can be told to let go of it. Resolved when nothing is left in the medium's own files that this object
   * had overwritten or removed before the call. Where somebody else who shares the store keeps that from being done, as a
   * frozen process can, it is resolved after a few seconds at most, and done as soon as they let it. Many calls at once
   * share the work. Changes no record, so a failure (UNKNOWN_ERROR) says nothing about what was written before.
   */
  forget?(): Promise<void>;

  /**
   * Lets go of files, handles and timers, frees the locks that this object holds, and ends its subscriptions. What is
   * being written is still written; calls that wait for something are rejected. Twice is fine; any other call
   * afterwards is rejected with INVALID_NATIVE_OBJECT (`subscribe` throws it).
   */
  close(): Promise<void>;

  /**
   * The key to seal this storage's records with, where the caller gives none. A driver has this member when it knows
   * where such a key belongs: sqlite keeps it in a file of its folder, memory beside the records. Without this member the
   * runtime's key store decides, see `defaultSealingKey`. Never called where {@link needsSealingKey} is true. It is asked
   * again when the key may have been replaced.
   *
   * @returns the key; while {@link replaceSealingKey} runs, wherever that is, the new key and then the old one
   */
  sealingKey?(): Promise<PowerAuthCryptoKey | readonly PowerAuthCryptoKey[]>;

  /**
   * Puts a new key in the place of the one that {@link sealingKey} returns: makes it, durably, runs `reseal` while both are
   * there, and then drops the old one. When `reseal` rejects, or the process dies, both stay; the next call goes on with the
   * same new key. Whoever calls it sees to it that nobody else does so at the same time. Left out by drivers that keep no
   * key, or can't replace it.
   */
  replaceSealingKey?(reseal: () => Promise<void>): Promise<void>;
}
