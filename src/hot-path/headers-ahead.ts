/**
 * Which headers to make together. Making one costs nearly as much as making four, and its way out of WebAssembly as much as
 * for 64: a caller in a tight loop is served from a stock of headers of the same millisecond, made for the tokens that are
 * expected next. A caller who wants one now and then gets one made, and pays for no other.
 *
 * A token is expected to be followed by the token that followed it the last time, which foresees a loop over one token, and
 * one over a hundred thousand.
 *
 * @module
 */

import type { KeySlot } from './types.ts';

/** Headers made together at most. */
export const CHAIN_LENGTH = 64;

/** A stock of this size shows that the caller is in a tight loop. */
const LOOP = 16;

/** What makes them. */
export interface HeaderMaker {
  /** The headers of the first `count` slots of `chain` for one time, one behind the other. */
  make(chain: Uint32Array, count: number, timestamp: number): string;
  /** Characters of a slot's token identifier, by which alone the headers of one time differ in length; 0 for a free slot. */
  identifierLength(slot: number): number;
}

/**
 * `bounds` := where each of `count` headers begins in their text, and where the last one ends. Headers of one time differ in
 * length by their token identifiers alone.
 */
export function findBounds(
  bounds: Uint16Array,
  length: number,
  chain: Uint32Array,
  count: number,
  maker: HeaderMaker,
): void {
  let identifiers = 0;
  for (let i = 0; i < count; i++) {
    bounds[i] = identifiers;
    identifiers += maker.identifierLength(chain[i] ?? 0);
  }
  const frame = (length - identifiers) / count;
  for (let i = 1; i < count; i++) bounds[i] = (bounds[i] ?? 0) + i * frame;
  bounds[count] = length;
}

/** The stock of one engine. */
export class HeadersAhead {
  readonly #maker: HeaderMaker;
  /** Slots of the headers in stock, in the order in which they are expected to be taken. */
  readonly #chain = new Uint32Array(CHAIN_LENGTH);
  /** By slot: 1 + the slot that came after it the last time. */
  #successors = new Uint32Array(CHAIN_LENGTH);
  /** The headers in stock. */
  #text = '';
  #timestamp = NaN;
  #made = 0;
  #taken = 0;
  /** Where each header begins in the text, and where the last one ends. */
  readonly #bounds = new Uint16Array(CHAIN_LENGTH + 1);
  /** Headers taken of this time before the stock was made. */
  #takenBefore = 0;

  constructor(maker: HeaderMaker) {
    this.#maker = maker;
  }

  /** The next header in stock if it is the one wanted. */
  take(slot: KeySlot, timestamp: number): string | undefined {
    const taken = this.#taken;
    if (taken === this.#made || timestamp !== this.#timestamp || slot !== this.#chain[taken])
      return undefined;
    this.#taken = taken + 1;
    return this.#text.slice(this.#bounds[taken], this.#bounds[taken + 1]);
  }

  /** The same, but only in a tight loop. */
  takeInLoop(slot: KeySlot, timestamp: number): string | undefined {
    return this.#made < LOOP ? undefined : this.take(slot, timestamp);
  }

  /** Makes the header wanted, and more if that is likely to pay. What was in stock is dropped. */
  make(slot: KeySlot, timestamp: number): string {
    const size = this.#nextSize(slot, timestamp);
    const count = this.#foresee(slot, size);
    // Empty until all is done, so that a failure leaves nothing behind.
    this.#made = 0;
    this.#taken = 0;
    const text = this.#maker.make(this.#chain, count, timestamp);
    findBounds(this.#bounds, text.length, this.#chain, count, this.#maker);
    this.#text = text;
    this.#timestamp = timestamp;
    this.#made = count;
    this.#taken = 1;
    return count === 1 ? text : text.slice(0, this.#bounds[1]);
  }

  /** Drops the stock, and what is known of a slot that was given to another token, or to none. */
  forget(slot: KeySlot): void {
    this.#made = 0;
    this.#taken = 0;
    this.#text = '';
    if (slot < this.#successors.length) this.#successors[slot] = 0;
  }

  /** How many headers to make, by how the last ones were used. */
  #nextSize(slot: KeySlot, timestamp: number): number {
    const last = this.#taken === 0 ? undefined : this.#chain[this.#taken - 1];
    const foreseen = last !== undefined && this.#successors[last] === slot + 1;
    if (last !== undefined) this.#follow(last, slot);
    const takenBefore = this.#takenBefore + this.#taken;
    if (timestamp !== this.#timestamp) {
      this.#takenBefore = 0;
      return Math.max(1, Math.min(this.#made, takenBefore));
    }
    this.#takenBefore = takenBefore;
    return foreseen && this.#taken === this.#made ? Math.min(2 * this.#made, CHAIN_LENGTH) : 1;
  }

  /** The chain := `slot` and those expected after it. Returns how many are known, up to `size`. */
  #foresee(slot: number, size: number): number {
    this.#chain[0] = slot;
    for (let i = 1; i < size; i++) {
      const next = (this.#successors[slot] ?? 0) - 1;
      if (next < 0 || this.#maker.identifierLength(next) === 0) return i;
      this.#chain[i] = slot = next;
    }
    return size;
  }

  #follow(slot: number, next: number): void {
    if (slot >= this.#successors.length) {
      const grown = new Uint32Array(2 * slot);
      grown.set(this.#successors);
      this.#successors = grown;
    }
    this.#successors[slot] = next + 1;
  }
}
