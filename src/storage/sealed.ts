/**
 * Seals the values of any storage: AES-256-GCM (NIST SP 800-38D), bound to the record's name.
 *
 * A sealed record, in bytes:
 *
 * ```
 *  0  1   version, 1
 *  1  8   which key: the first bytes of the GCM tag of nothing, under that key and a nonce of its own
 *  9  8   which record: the first bytes of SHA-256 of its name in UTF-16
 * 17 12   nonce, random
 * 29  n   ciphertext, as long as the value
 *  …  16  tag, over ciphertext and associated data: "powerauth-wasm record" ‖ bytes 0 to 16 ‖ name in UTF-16
 * ```
 *
 * The header's names tell what is wrong with a record; that it is right, the tag alone decides. What it cannot tell is
 * that a record was put back to an earlier state as a whole.
 *
 * @module
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { concat, equalBytes, utf16, utf8, wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { webCrypto } from '../util/web-crypto.ts';
import { assertKey, copyOfValue } from './checks.ts';
import { heldStorage } from './held.ts';
import { assertSealingKey, assertSealingKeyBytes, importSealingKey } from './sealing-key.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from './types.ts';

export { importSealingKey } from './sealing-key.ts';
import type { Change } from './updates.ts';

const VERSION = 1;
const ID_LENGTH = 8;
const HEADER_LENGTH = 1 + 2 * ID_LENGTH;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const LABEL = 'powerauth-wasm record';
const KEY_ID_LABEL = 'powerauth-wasm key';

/** What `sealedStorage` takes as a key. */
export type PowerAuthSealingKey = CryptoKey | Uint8Array | (() => Promise<CryptoKey>);

/** A key and its id. */
class Sealer {
  readonly #key: CryptoKey;
  readonly #id: Uint8Array;

  private constructor(key: CryptoKey, id: Uint8Array) {
    this.#key = key;
    this.#id = id;
  }

  static async create(key: CryptoKey): Promise<Sealer> {
    // One nonce, one message, always: the tag tells keys apart and nothing else. A record's nonce is random, and meets
    // this one once in 2^96.
    const tag = await webCrypto().encrypt(
      { name: 'AES-GCM', iv: new Uint8Array(NONCE_LENGTH), additionalData: utf8(KEY_ID_LABEL) },
      key,
      new Uint8Array(0),
    );
    return new Sealer(key, new Uint8Array(tag, 0, ID_LENGTH));
  }

  async seal(name: string, value: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const header = this.#header(name);
    const nonce = randomBytes(NONCE_LENGTH);
    const sealed = await webCrypto().encrypt(parameters(header, nonce, name), this.#key, value);
    return concat(header, nonce, new Uint8Array(sealed));
  }

  async unseal(name: string, record: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (record.length < HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH) {
      throw unreadable(name, `it is damaged: only ${record.length} bytes are left of it`);
    }
    const expected = this.#header(name);
    const header = record.subarray(0, HEADER_LENGTH);
    const nonce = record.subarray(HEADER_LENGTH, HEADER_LENGTH + NONCE_LENGTH);
    let value: ArrayBuffer;
    try {
      value = await webCrypto().decrypt(
        parameters(expected, nonce, name),
        this.#key,
        record.subarray(HEADER_LENGTH + NONCE_LENGTH),
      );
    } catch (cause) {
      throw unreadable(name, diagnosis(expected, header), cause);
    }
    const opened = new Uint8Array(value);
    if (equalBytes(header, expected)) return opened;
    // Key, name and content are right: the header is the part that changed.
    wipe(opened);
    throw unreadable(name, 'its header is damaged');
  }

  #header(name: string): Uint8Array<ArrayBuffer> {
    return concat(new Uint8Array([VERSION]), this.#id, sha256(utf16(name)).subarray(0, ID_LENGTH));
  }
}

function parameters(header: Uint8Array, nonce: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: concat(utf8(LABEL), header, utf16(name)) };
}

function diagnosis(expected: Uint8Array, header: Uint8Array): string {
  const differs = (from: number, to: number): boolean =>
    !equalBytes(header.subarray(from, to), expected.subarray(from, to));
  if (differs(0, 1)) {
    return `it is damaged, or of a newer version: expected format ${VERSION}, got ${String(header[0])}`;
  }
  if (differs(1, 1 + ID_LENGTH)) {
    return 'it was sealed with another key; was the key file removed or replaced, or another sealingKey given? Put the right key back';
  }
  if (differs(1 + ID_LENGTH, HEADER_LENGTH)) {
    return 'it was written for another record and swapped with this one';
  }
  return 'it is damaged: its content is not what was sealed';
}

function unreadable(name: string, why: string, cause?: unknown): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
    `Record ${JSON.stringify(name)} cannot be unsealed: ${why}. It is left in place`,
    { cause },
  );
}

class SealedStorage implements PowerAuthStorage {
  readonly name: string;
  readonly #storage: PowerAuthStorage;
  readonly #key: () => Promise<CryptoKey>;
  #sealer: Promise<Sealer> | undefined;

  constructor(storage: PowerAuthStorage, key: () => Promise<CryptoKey>) {
    this.name = `sealed ${storage.name}`;
    this.#storage = storage;
    this.#key = key;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const record = await this.#storage.get(key);
    return record === undefined ? undefined : (await this.#ready()).unseal(key, record);
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    assertKey(key);
    const copy = copyOfValue(value);
    try {
      const sealer = await this.#ready();
      await this.#storage.set(key, await sealer.seal(key, copy));
    } finally {
      wipe(copy);
    }
  }

  delete(key: string): Promise<void> {
    return this.#storage.delete(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#storage.list(prefix);
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    let stored: Uint8Array<ArrayBuffer> | undefined;
    try {
      await this.#storage.update(key, async (record) => {
        wipe(stored);
        stored = undefined;
        const sealer = await this.#ready();
        const next = await change(record === undefined ? undefined : await sealer.unseal(key, record));
        if (next === undefined) return undefined;
        stored = copyOfValue(next);
        return sealer.seal(key, stored);
      });
      return stored;
    } catch (error) {
      wipe(stored);
      throw error;
    }
  }

  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    return this.#storage.lock(name, section);
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    return this.#storage.subscribe(listener);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  /** Asked once; but a key that could not be had is asked for again. */
  #ready(): Promise<Sealer> {
    if (this.#sealer === undefined) {
      const sealer = this.#key().then((key) => {
        assertSealingKey(key);
        return Sealer.create(key);
      });
      this.#sealer = sealer;
      sealer.catch(() => (this.#sealer = undefined));
    }
    return this.#sealer;
  }
}

/**
 * A storage whose values are sealed with AES-256-GCM before they reach `storage`; names stay readable. A value read is
 * exactly one that was stored under this name and key, or the call rejects and the record is left in place.
 *
 * @param storage any driver; closed with the sealed one
 * @param key 32 bytes (copied), an AES-256-GCM key, or a function that is asked for one on first use
 * @throws WRONG_PARAMETER for a key that is none of these. Calls that read reject with INVALID_ACTIVATION_DATA for a
 *   record that was sealed with another key, damaged, or swapped with another one; the message says which and why
 *
 * @example
 * ```ts
 * const storage = sealedStorage(memoryStorage(), crypto.getRandomValues(new Uint8Array(32)));
 * await storage.set('secret', new TextEncoder().encode('nobody else reads this'));
 * ```
 */
export function sealedStorage(storage: PowerAuthStorage, key: PowerAuthSealingKey): PowerAuthStorage {
  return heldStorage(sealedUnheld(storage, key));
}

/**
 * The same for those who hold the process themselves, and give up calls of a storage that hangs: then nothing may hold it.
 *
 * @internal
 */
export function sealedUnheld(storage: PowerAuthStorage, key: PowerAuthSealingKey): PowerAuthStorage {
  if (typeof key === 'function') return new SealedStorage(storage, key);
  if (!(key instanceof Uint8Array)) {
    assertSealingKey(key);
    return new SealedStorage(storage, () => Promise.resolve(key));
  }
  assertSealingKeyBytes(key);
  // Imported at once, so that no copy of the bytes stays behind. A failure is reported by the calls that need the key.
  const imported = importSealingKey(key);
  imported.catch(() => undefined);
  return new SealedStorage(storage, () => imported);
}
