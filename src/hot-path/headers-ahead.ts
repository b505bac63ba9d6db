/**
 * Decides which headers to make together. Making one costs nearly as much as making four, and leaving WebAssembly costs
 * as much as for 64. So a caller in a tight loop is served from a stock of headers of the same millisecond, made for
 * the tokens that are expected next. For a caller that wants one now and then, only that one is made.
 *
 * A token is expected to be followed by the token that followed it the last time, which predicts a loop over one token,
 * and one over a hundred thousand.
 *
 * Each server's time has its own stock, so callers that alternate between servers are in a tight loop with each. Stocks
 * take room while they hold headers, so only some do at a time.
 *
 * @module
 */

import { CHAIN_LENGTH, SlicedTexts, type HeaderMaker, type HeaderTexts } from './header-texts.ts';
import { MAX_STOCKS, type KeySlot } from './types.ts';

export type { HeaderMaker } from './header-texts.ts';

/** A stock of this size shows that the caller is in a tight loop. */
const LOOP = 16;

/** Room for the headers of one stock. */
class Shelf {
  /** Slots of the headers in stock, in the order in which they are expected to be used. */
  readonly chain = new Uint32Array(CHAIN_LENGTH);
  readonly texts: HeaderTexts;
  holder: HeadersAhead | undefined;
  /** Whether the holder has made headers since the room was last wanted by another stock. */
  isInUse = false;

  constructor(texts: HeaderTexts) {
    this.texts = texts;
  }
}

/** The room for stocks of one engine, and what is known about the order in which its slots are used. */
export class Shelves {
  /** For a stock without room. */
  readonly single: Shelf;
  readonly #newTexts: () => HeaderTexts;
  readonly #shelves: Shelf[] = [];
  /** The shelf that is asked for next, where none is free. */
  #hand = 0;
  /** By slot: 1 + the slot that came after it the last time. One table for all stocks: a slot belongs to one stock. */
  #successors = new Uint32Array(CHAIN_LENGTH);

  constructor(newTexts: () => HeaderTexts) {
    this.#newTexts = newTexts;
    this.single = new Shelf(newTexts());
  }

  /** Room for a stock; undefined while all of it is in use. */
  lend(holder: HeadersAhead): Shelf | undefined {
    const shelf = this.#shelves.find((one) => one.holder === undefined) ?? this.#another();
    if (shelf !== undefined) shelf.holder = holder;
    return shelf;
  }

  /** Drops the stocks that have a header of this slot, and what is known about the slot: its token is gone. */
  forget(slot: KeySlot): void {
    if (slot < this.#successors.length) this.#successors[slot] = 0;
    for (const { holder } of this.#shelves) holder?.dropWith(slot);
  }

  /** The slot that came after this one the last time; -1 if that isn't known. */
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
      const added = new Shelf(this.#newTexts());
      this.#shelves.push(added);
      return added;
    }
    this.#hand = (this.#hand + 1) % MAX_STOCKS;
    // A second chance: a stock that is still in use keeps its room.
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
  #timestamp = NaN;
  #made = 0;
  #taken = 0;
  /** Headers taken of this time before the stock was made. */
  #takenBefore = 0;

  constructor(maker: HeaderMaker, shelves = new Shelves(() => new SlicedTexts(maker))) {
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
    return shelf.texts.header(taken);
  }

  /** The same, but only in a tight loop. */
  takeInLoop(slot: KeySlot, timestamp: number): string | undefined {
    return this.#made < LOOP ? undefined : this.take(slot, timestamp);
  }

  /** Makes the requested header, and more if that is likely to pay off. The old stock is dropped. */
  make(slot: KeySlot, timestamp: number): string {
    const shelf = (this.#shelf ??= this.#shelves.lend(this));
    if (shelf === undefined) return this.#makeOne(slot, timestamp);
    shelf.isInUse = true;
    const { chain, texts } = shelf;
    const count = this.#foresee(chain, slot, this.#nextSize(chain, slot, timestamp));
    // The stock is empty until all is done, so a failure leaves nothing behind.
    this.#made = 0;
    this.#taken = 0;
    texts.make(chain, count, timestamp);
    this.#timestamp = timestamp;
    this.#made = count;
    this.#taken = 1;
    return texts.header(0);
  }

  /** Drops the stock if it contains a header of this slot. */
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

  /** The same, and forgets what is known about a slot that was given to another token, or to none. */
  forget(slot: KeySlot): void {
    this.#shelves.forget(slot);
  }

  /** Drops the stock and returns its room. Calling it again has no effect. */
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
    this.#shelf?.texts.clear();
  }

  #makeOne(slot: KeySlot, timestamp: number): string {
    const { chain, texts } = this.#shelves.single;
    chain[0] = slot;
    texts.make(chain, 1, timestamp);
    return texts.header(0);
  }

  /** How many headers to make, depending on how the last ones were used. */
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
