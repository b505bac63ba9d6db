/**
 * The configuration of an application in one string (powerauth-crypto, "SDK Configuration").
 *
 * @module
 */

import { base64, base64Decode } from '../util/base64.ts';

/** The three values in the string, each in Base64. */
export interface SdkConfiguration {
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly masterServerPublicKey: string;
}

const VERSION = 1;
/** KEY_MASTER_P256_PUBLIC, the key of protocol 3. The others belong to protocol 4. */
const P256_KEY = 1;
/** Length of APP_KEY and APP_SECRET, in bytes. */
const LENGTH = 16;

/**
 * Decodes it:
 *
 * ```
 * version 1 B | data APP_KEY | data APP_SECRET | count of keys | (id 1 B | data key) …
 * data: count of bytes | bytes
 * count: 0 to 7F in 1 B, to 3FFF in 2 B that begin with the bits 10, to 3FFFFFFF in 4 B that begin with 11
 * ```
 *
 * The page writes APP_KEY and APP_SECRET as fixed 16 bytes; its writers, readers and test vectors have data.
 *
 * @returns undefined for any other text, and without a P-256 key
 */
export function decodeSdkConfiguration(text: string): SdkConfiguration | undefined {
  const reader = new Reader(base64Decode(text) ?? new Uint8Array());
  try {
    if (reader.byte() !== VERSION) return undefined;
    const [applicationKey, applicationSecret] = [reader.data(), reader.data()];
    if (applicationKey.length !== LENGTH || applicationSecret.length !== LENGTH) return undefined;
    let masterKey: Uint8Array | undefined;
    for (let keys = reader.count(); keys > 0; keys--) {
      const id = reader.byte();
      const key = reader.data();
      if (id === P256_KEY) masterKey = key;
    }
    return (
      masterKey && {
        applicationKey: base64(applicationKey),
        applicationSecret: base64(applicationSecret),
        masterServerPublicKey: base64(masterKey),
      }
    );
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads from the front. Each method throws a RangeError at the end. */
class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  count(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let count = first & 0x3f;
    for (let more = first < 0xc0 ? 1 : 3; more > 0; more--) count = count * 256 + this.byte();
    return count;
  }

  data(): Uint8Array {
    return this.#take(this.count());
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new RangeError('the end');
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}
