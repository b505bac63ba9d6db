/**
 * Random bytes in stock: one call of the CSPRNG serves a thousand nonces.
 *
 * @module
 */

import type { FillRandom } from './types.ts';

/** Bytes in stock; `crypto.getRandomValues` gives at most 65536 at once. */
const CAPACITY = 16_384;

/** Hands out random bytes, each once. */
export class NoncePool {
  readonly #fillRandom: FillRandom;
  readonly #bytes = new Uint8Array(CAPACITY);
  #used = CAPACITY;

  constructor(fillRandom: FillRandom) {
    this.#fillRandom = fillRandom;
  }

  /** Fills `length` bytes (at most 16384) of `target` from `offset` on. */
  take(target: Uint8Array, offset: number, length: number): void {
    if (this.#used + length > CAPACITY) {
      this.#fillRandom(this.#bytes);
      this.#used = 0;
    }
    const end = this.#used + length;
    target.set(this.#bytes.subarray(this.#used, end), offset);
    this.#used = end;
  }
}
