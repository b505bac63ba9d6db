/**
 * Random bytes in stock: one call of the CSPRNG serves a thousand nonces.
 *
 * @module
 */

/** Fills `target` with random bytes and returns it, like `crypto.getRandomValues`. */
export type FillRandom = (target: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** Bytes in stock; `crypto.getRandomValues` returns at most 65536 at once. */
export const POOL_SIZE = 16_384;

/** Hands out random bytes, each once. */
export class NoncePool {
  /** The stock. What {@link take} has handed out belongs to the caller until the next call. */
  readonly bytes = new Uint8Array(POOL_SIZE);
  readonly #fillRandom: FillRandom;
  readonly #filled: (bytes: Uint8Array) => void;
  #used = POOL_SIZE;

  /** @param filled called when the stock has been refilled */
  constructor(fillRandom: FillRandom, filled: (bytes: Uint8Array) => void = () => undefined) {
    this.#fillRandom = fillRandom;
    this.#filled = filled;
  }

  /** Takes `length` bytes (at most {@link POOL_SIZE}) and returns where in the stock they begin. */
  take(length: number): number {
    let from = this.#used;
    if (from + length > POOL_SIZE) {
      // Nothing may be taken until all of it is new, whatever the source does.
      this.#used = POOL_SIZE;
      this.#fillRandom(this.bytes);
      this.#filled(this.bytes);
      from = 0;
    }
    this.#used = from + length;
    return from;
  }
}
