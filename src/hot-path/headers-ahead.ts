/**
 * Which headers to make together. Making one costs nearly as much as making four, and its way out of WebAssembly as much as
 * for 64: a caller in a tight loop is served from a stock of headers of the same millisecond, made for the tokens that are
 * expected next. A caller who wants one now and then gets one made, and pays for no other.
 *
 * A token is expected to be followed by the token that followed it the last time, which foresees a loop over one token, and
 * one over a hundred thousand.
 *
 * Each server's time has a stock of its own, so that callers who alternate between servers are in a tight loop with each.
 * Stocks take room while they hold headers, so that only some do at a time.
 *
 * @module
 */

import { MAX_STOCKS, type KeySlot } from './types.ts';

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

/** Room for the headers of one stock. */
class Shelf {
  /** Slots of the headers in stock, in the order in which they are expected to be taken. */
  readonly chain = new Uint32Array(CHAIN_LENGTH);
  /** Where each header begins in the text, and where the last one ends. */
  readonly bounds = new Uint16Array(CHAIN_LENGTH + 1);
  holder: HeadersAhead | undefined;
  /** Whether the holder has made headers since the room was last wanted by another stock. */
  isInUse = false;
}

/** The room for stocks of one engine, and what is known of the order in which its slots are used. */
export class Shelves {
  /** For a stock without room. */
  readonly one = new Uint32Array(1);
  readonly #shelves: Shelf[] = [];
  /** The shelf that is asked for next, where none is free. */
  #hand = 0;
  /** By slot: 1 + the slot that came after it the last time. One table for all stocks: a slot is of one stock. */
  #successors = new Uint32Array(CHAIN_LENGTH);

  /** Room for a stock; undefined while all of it is in use. */
  lend(holder: HeadersAhead): Shelf | undefined {
    const shelf = this.#shelves.find((one) => one.holder === undefined) ?? this.#another();
    if (shelf !== undefined) shelf.holder = holder;
    return shelf;
  }

  /** Drops the stocks that have a header of this slot, and what is known of the slot: its token is gone. */
  forget(slot: KeySlot): void {
    if (slot < this.#successors.length) this.#successors[slot] = 0;
    for (const { holder } of this.#shelves) holder?.dropWith(slot);
  }

  /** The slot that came after this one the last time; -1 where that isn't known. */
  successor(slot: number): number {
    return (this.#successors[slot] ?? 0) - 1;
  }

  follow(slot: number, next: number): void {
    if (slot >= this.#successors.length) {
      const grown = new Uint32Array(2 * slot);
      grown.set(this.#successors);
      this.#successors = grown;
    }
    this.#successors[slot] = next + 1;
  }

  #another(): Shelf | undefined {
    const shelf = this.#shelves.length < MAX_STOCKS ? undefined : this.#shelves[this.#hand];
    if (shelf === undefined) {
      const added = new Shelf();
      this.#shelves.push(added);
      return added;
    }
    this.#hand = (this.#hand + 1) % MAX_STOCKS;
    // A second chance: a stock that goes on being used keeps its room.
    const wasInUse = shelf.isInUse;
    shelf.isInUse = false;
    if (wasInUse) return undefined;
    shelf.holder?.close();
    return shelf;
  }
}

/** The stock of one time. */
export class HeadersAhead {
  readonly #maker: HeaderMaker;
  readonly #shelves: Shelves;
  #shelf: Shelf | undefined;
  /** The headers in stock. */
  #text = '';
  #timestamp = NaN;
  #made = 0;
  #taken = 0;
  /** Headers taken of this time before the stock was made. */
  #takenBefore = 0;

  constructor(maker: HeaderMaker, shelves = new Shelves()) {
    this.#maker = maker;
    this.#shelves = shelves;
  }

  /** The next header in stock if it is the one wanted. */
  take(slot: KeySlot, timestamp: number): string | undefined {
    const taken = this.#taken;
    const shelf = this.#shelf;
    if (shelf === undefined || taken === this.#made || timestamp !== this.#timestamp) return undefined;
    if (slot !== shelf.chain[taken]) return undefined;
    this.#taken = taken + 1;
    return this.#text.slice(shelf.bounds[taken], shelf.bounds[taken + 1]);
  }

  /** The same, but only in a tight loop. */
  takeInLoop(slot: KeySlot, timestamp: number): string | undefined {
    return this.#made < LOOP ? undefined : this.take(slot, timestamp);
  }

  /** Makes the header wanted, and more if that is likely to pay. What was in stock is dropped. */
  make(slot: KeySlot, timestamp: number): string {
    const shelf = (this.#shelf ??= this.#shelves.lend(this));
    if (shelf === undefined) return this.#makeOne(slot, timestamp);
    shelf.isInUse = true;
    const { chain, bounds } = shelf;
    const count = this.#foresee(chain, slot, this.#nextSize(chain, slot, timestamp));
    // Empty until all is done, so that a failure leaves nothing behind.
    this.#made = 0;
    this.#taken = 0;
    const text = this.#maker.make(chain, count, timestamp);
    findBounds(bounds, text.length, chain, count, this.#maker);
    this.#text = text;
    this.#timestamp = timestamp;
    this.#made = count;
    this.#taken = 1;
    return count === 1 ? text : text.slice(0, bounds[1]);
  }

  /** Drops the stock where a header of this slot is in it. */
  dropWith(slot: KeySlot): void {
    const shelf = this.#shelf;
    if (shelf === undefined) return;
    const { chain } = shelf;
    for (let i = this.#taken; i < this.#made; i++) {
      if (chain[i] !== slot) continue;
      this.#drop();
      return;
    }
  }

  /** The same, and forgets what is known of a slot that was given to another token, or to none. */
  forget(slot: KeySlot): void {
    this.#shelves.forget(slot);
  }

  /** Drops the stock and gives the room back. Calling it again has no effect. */
  close(): void {
    this.#drop();
    this.#timestamp = NaN;
    this.#takenBefore = 0;
    if (this.#shelf === undefined) return;
    this.#shelf.holder = undefined;
    this.#shelf.isInUse = false;
    this.#shelf = undefined;
  }

  #drop(): void {
    this.#made = 0;
    this.#taken = 0;
    this.#text = '';
  }

  #makeOne(slot: KeySlot, timestamp: number): string {
    const { one } = this.#shelves;
    one[0] = slot;
    return this.#maker.make(one, 1, timestamp);
  }

  /** How many headers to make, by how the last ones were used. */
  #nextSize(chain: Uint32Array, slot: KeySlot, timestamp: number): number {
    const last = this.#taken === 0 ? undefined : chain[this.#taken - 1];
    const foreseen = last !== undefined && this.#shelves.successor(last) === slot;
    if (last !== undefined) this.#shelves.follow(last, slot);
    const takenBefore = this.#takenBefore + this.#taken;
    if (timestamp !== this.#timestamp) {
      this.#takenBefore = 0;
      return Math.max(1, Math.min(this.#made, takenBefore));
    }
    this.#takenBefore = takenBefore;
    return foreseen && this.#taken === this.#made ? Math.min(2 * this.#made, CHAIN_LENGTH) : 1;
  }

  /** The chain := `slot` and those expected after it. Returns how many are known, up to `size`. */
  #foresee(chain: Uint32Array, slot: number, size: number): number {
    chain[0] = slot;
    for (let i = 1; i < size; i++) {
      const next = this.#shelves.successor(slot);
      if (next < 0 || this.#maker.identifierLength(next) === 0) return i;
      chain[i] = slot = next;
    }
    return size;
  }
}
