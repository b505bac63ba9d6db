/**
 * Seals records under the first of several keys, and unseals those of any: AES-256-GCM (NIST SP 800-38D), bound to the
 * record's name.
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
 * The header's names tell what is wrong with a record; only the tag proves that it is right. It can't tell that a
 * record was put back to an earlier state as a whole.
 *
 * @module
 */

import { decryptGcm, encryptGcm, sha256 } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { concat, equalBytes, utf16, utf8, wipe } from '../util/bytes.ts';
import { randomNonce } from '../util/random.ts';
import { assertSealingKey, keyList } from './sealing-key.ts';

const VERSION = 1;
const ID_LENGTH = 8;
const HEADER_LENGTH = 1 + 2 * ID_LENGTH;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const LABEL = 'powerauth-wasm record';
const KEY_ID_LABEL = 'powerauth-wasm key';

/** Names whose parts are kept at once. */
const NAMES = 64;

/** What of a sealed record its name decides. */
interface NameParts {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly associatedData: Uint8Array<ArrayBuffer>;
}

/** A key and its id. */
class Sealer {
  readonly id: Uint8Array;
  readonly #key: CryptoKey;
  readonly #names = new Map<string, NameParts>();

  private constructor(key: CryptoKey, id: Uint8Array) {
    this.#key = key;
    this.id = id;
  }

  static async create(key: CryptoKey): Promise<Sealer> {
    // Always the same nonce and message: the tag only distinguishes keys. A record's nonce is random, and equals this
    // one once in 2^96.
    const nothing = new Uint8Array(0);
    const tag = await encryptGcm(key, new Uint8Array(NONCE_LENGTH), utf8(KEY_ID_LABEL), nothing);
    return new Sealer(key, tag.slice(0, ID_LENGTH));
  }

  async seal(name: string, value: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { header, associatedData } = this.#of(name);
    const nonce = randomNonce(NONCE_LENGTH);
    const sealed = await encryptGcm(this.#key, nonce, associatedData, value);
    return concat(header, nonce, sealed);
  }

  async unseal(name: string, record: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (record.length < HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH) {
      throw unreadable(name, `it is damaged: only ${record.length} bytes are left of it`);
    }
    const { header: expected, associatedData } = this.#of(name);
    const header = record.subarray(0, HEADER_LENGTH);
    const nonce = record.subarray(HEADER_LENGTH, HEADER_LENGTH + NONCE_LENGTH);
    let opened: Uint8Array<ArrayBuffer>;
    try {
      opened = await decryptGcm(
        this.#key,
        nonce,
        associatedData,
        record.subarray(HEADER_LENGTH + NONCE_LENGTH),
      );
    } catch (cause) {
      throw unreadable(name, diagnosis(expected, header), cause);
    }
    if (equalBytes(header, expected)) return opened;
    // Key, name and content are right: the header was changed.
    wipe(opened);
    throw unreadable(name, 'its header is damaged');
  }

  /** What belongs to a name, made once for a record that is read and written again and again. */
  #of(name: string): NameParts {
    let parts = this.#names.get(name);
    if (parts === undefined) {
      const units = utf16(name);
      const header = concat(new Uint8Array([VERSION]), this.id, sha256(units).subarray(0, ID_LENGTH));
      parts = { header, associatedData: concat(utf8(LABEL), header, units) };
      if (this.#names.size >= NAMES) this.#names.clear();
      this.#names.set(name, parts);
    }
    return parts;
  }
}

function diagnosis(expected: Uint8Array, header: Uint8Array): string {
  const differs = (from: number, to: number): boolean =>
    !equalBytes(header.subarray(from, to), expected.subarray(from, to));
  if (differs(0, 1)) {
    return `it is damaged, or of a newer version: expected format ${VERSION}, got ${String(header[0])}`;
  }
  if (differs(1, 1 + ID_LENGTH)) {
    return 'it was sealed with another key; was the key file removed or replaced, or another sealingKey passed? Put the right key back';
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

/** Keys to seal with: the first seals, all unseal, so a key can be replaced while others use it. */
export class KeyRing {
  readonly #sealers: readonly [Sealer, ...Sealer[]];

  private constructor(sealers: readonly [Sealer, ...Sealer[]]) {
    this.#sealers = sealers;
  }

  /** @throws WRONG_PARAMETER for anything that isn't a key, and for no key at all */
  static async create(keys: CryptoKey | readonly CryptoKey[]): Promise<KeyRing> {
    const [first, ...others] = keyList(keys);
    assertSealingKey(first);
    for (const key of others) assertSealingKey(key);
    return new KeyRing([
      await Sealer.create(first),
      ...(await Promise.all(others.map((key) => Sealer.create(key)))),
    ]);
  }

  /** Whether a record says that it was sealed under one of these keys; {@link unseal} tells whether it was. */
  knows(record: Uint8Array): boolean {
    return this.#sealerOf(record) !== undefined;
  }

  /** Whether a record says that it was sealed under the first key. */
  isCurrent(record: Uint8Array): boolean {
    return this.#sealerOf(record) === this.#sealers[0];
  }

  /** @param value it isn't wiped */
  seal(name: string, value: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sealers[0].seal(name, value);
  }

  /**
   * @returns what was sealed; the caller must wipe it
   * @throws INVALID_ACTIVATION_DATA that says what is wrong with the record
   */
  unseal(name: string, record: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return (this.#sealerOf(record) ?? this.#sealers[0]).unseal(name, record);
  }

  /**
   * Seals the value of a record under the first key.
   *
   * @param reader unseals it
   * @throws INVALID_ACTIVATION_DATA that says what is wrong with the record
   */
  async sealAnew(
    name: string,
    record: Uint8Array<ArrayBuffer>,
    reader: KeyRing = this,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const value = await reader.unseal(name, record);
    try {
      return await this.seal(name, value);
    } finally {
      wipe(value);
    }
  }

  #sealerOf(record: Uint8Array): Sealer | undefined {
    const id = record.subarray(1, 1 + ID_LENGTH);
    return this.#sealers.find((sealer) => equalBytes(sealer.id, id));
  }
}
