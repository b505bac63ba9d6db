/**
 * The engines in WebAssembly. Both builds export one list, so that one class serves them; what lies where in their memory
 * is drawn in assembly/layout.ts.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { asciiReader, base64Writer, type AsciiReader, type Base64Writer } from './ascii.ts';
import { decodeBinary } from './binary-text.ts';
import {
  CHAIN_LENGTH,
  ComposedTexts,
  headerHead,
  SlicedTexts,
  type DigestMaker,
  type HeaderMaker,
  type HeaderTexts,
} from './header-texts.ts';
import { HeadersAhead, Shelves } from './headers-ahead.ts';
import { NoncePool } from '../util/nonce-pool.ts';
import { SlotTable, UNOWNED } from './slot-table.ts';
import type { EngineName, FillRandom, HeaderStock, HotPathEngine, KeyKind, KeySlot } from './types.ts';

/** Builds of a runtime: the bytes as text, or the module of them. */
export type WasmBuilds = Partial<Record<EngineName, string | WebAssembly.Module>>;

/** What both builds export. */
interface HotPathExports {
  readonly memory: WebAssembly.Memory;
  reserve(slot: number): number;
  setKey(slot: number): void;
  setId(slot: number, length: number): void;
  release(slot: number): void;
  headers(count: number, nonces: number, timestamp: number): number;
  digests(count: number, nonces: number, timestamp: number): number;
  beginHash(): void;
  beginMac(slot: number): void;
  update(count: number): void;
  endHash(): void;
  endMac(slot: number): void;
  wipeScratch(): void;
}

// As in assembly/layout.ts.
const INPUT = 0;
const DIGEST = 7360;
const CHAIN = 7936;
const OUTPUT = 8192;
const NONCES = 24_576;
const SLOTS = 65_536;
const SLOT_SIZE = 128;
const SLOT_ID_LENGTH = 127;
/** Blocks of 64 B that INPUT takes. */
const INPUT_BLOCKS = 64;

/** Headers of one time: no way to one, made ahead or made now, passes by the slot's owner. */
class WasmStock implements HeaderStock {
  readonly #slots: SlotTable;
  readonly #ahead: HeadersAhead;

  constructor(slots: SlotTable, ahead: HeadersAhead) {
    this.#slots = slots;
    this.#ahead = ahead;
  }

  headerAhead(slot: KeySlot, timestamp: number, owner: object = UNOWNED): string | undefined {
    return this.#slots.isOf(slot, owner) ? this.#ahead.takeInLoop(slot, timestamp) : undefined;
  }

  header(slot: KeySlot, timestamp: number, owner: object = UNOWNED): string {
    this.#slots.assertIsOf(slot, owner);
    return this.#ahead.take(slot, timestamp) ?? this.#ahead.make(slot, timestamp);
  }

  close(): void {
    this.#ahead.close();
  }
}

class WasmEngine implements HotPathEngine, HeaderMaker, DigestMaker {
  readonly name: EngineName;
  readonly #exports: HotPathExports;
  readonly #nonces: NoncePool;
  readonly #slots = new SlotTable();
  readonly #toBase64: Base64Writer | undefined;
  readonly #shelves: Shelves;
  /** For callers without a stock of their own. */
  readonly #stock: HeaderStock;
  /** The beginning of a slot's headers, by slot, where headers are put together here. */
  readonly #heads: string[] = [];
  /** Slots of a batch. */
  readonly #batch = new Uint32Array(CHAIN_LENGTH);
  readonly #texts: HeaderTexts;
  // Over the whole memory; created again after it grew.
  #memory!: Uint8Array;
  #chain!: Uint32Array;
  #read!: AsciiReader;

  constructor(
    name: EngineName,
    exports: HotPathExports,
    fillRandom: FillRandom,
    toBase64: Base64Writer | undefined,
  ) {
    this.name = name;
    this.#toBase64 = toBase64;
    const newTexts = (): HeaderTexts =>
      toBase64 === undefined ? new SlicedTexts(this) : new ComposedTexts(this);
    this.#texts = newTexts();
    this.#shelves = new Shelves(newTexts);
    this.#stock = this.openStock();
    this.#exports = exports;
    this.#nonces = new NoncePool(fillRandom, (bytes) => this.#memory.set(bytes, NONCES));
    this.#viewMemory();
  }

  get size(): number {
    return this.#slots.size;
  }

  addKey(
    tokenIdentifier: string,
    tokenSecret: Uint8Array,
    owner: object = UNOWNED,
    kind: KeyKind = 'hmac-sha256',
  ): KeySlot {
    const slot = this.#take(owner, kind);
    this.#setKey(slot, tokenSecret);
    for (let i = 0; i < tokenIdentifier.length; i++) this.#memory[INPUT + i] = tokenIdentifier.charCodeAt(i);
    this.#exports.setId(slot, tokenIdentifier.length);
    if (this.#toBase64 !== undefined) this.#heads[slot] = headerHead(tokenIdentifier);
    return slot;
  }

  openStock(): HeaderStock {
    return new WasmStock(this.#slots, new HeadersAhead(this, this.#shelves));
  }

  headerAhead(slot: KeySlot, timestamp: number, owner?: object): string | undefined {
    return this.#stock.headerAhead(slot, timestamp, owner);
  }

  header(slot: KeySlot, timestamp: number, owner?: object): string {
    return this.#stock.header(slot, timestamp, owner);
  }

  headers(slot: KeySlot, timestamp: number, count: number, owner: object = UNOWNED): string[] {
    this.#slots.assertIsOf(slot, owner);
    const values: string[] = [];
    this.#batch.fill(slot);
    for (let left = count; left > 0; left -= CHAIN_LENGTH) {
      this.#texts.append(values, this.#batch, Math.min(left, CHAIN_LENGTH), timestamp);
    }
    return values;
  }

  headersOf(slots: readonly KeySlot[], timestamp: number, owners?: readonly object[]): string[] {
    for (const [i, slot] of slots.entries()) this.#slots.assertIsOf(slot, owners?.[i] ?? UNOWNED);
    const values: string[] = [];
    for (let done = 0; done < slots.length; done += CHAIN_LENGTH) {
      const wanted = slots.slice(done, done + CHAIN_LENGTH);
      this.#batch.set(wanted);
      this.#texts.make(this.#batch, wanted.length, timestamp);
      for (let i = 0; i < wanted.length; i++) values.push(this.#texts.header(i));
    }
    return values;
  }

  release(slot: KeySlot, owner: object = UNOWNED): void {
    this.#slots.assertIsOf(slot, owner);
    this.#shelves.forget(slot);
    this.#exports.release(slot);
    this.#slots.free(slot);
  }

  isOf(slot: KeySlot, owner: object): boolean {
    // Both halves of the slot are read, and what followed it, so that they come from memory together with its owner:
    // whoever asks wants a header of it next. A slot in use has an identifier, and a free one no successor.
    const at = SLOTS + SLOT_SIZE * slot;
    const followed = this.#shelves.successor(slot) + 1;
    const isInUse = ((this.#memory[at] ?? 0) | (this.#memory[at + SLOT_ID_LENGTH] ?? 0) | followed) !== 0;
    return this.#slots.isOf(slot, owner) && isInUse;
  }

  kindOf(slot: KeySlot): KeyKind | undefined {
    return this.#slots.kindOf(slot);
  }

  /** @internal */
  make(chain: Uint32Array, count: number, timestamp: number): string {
    const nonces = this.#order(chain, count);
    return this.#read(OUTPUT, OUTPUT + this.#exports.headers(count, nonces, timestamp));
  }

  /** @internal */
  digests(chain: Uint32Array, count: number, timestamp: number): string {
    const nonces = this.#order(chain, count);
    const end = OUTPUT + this.#exports.digests(count, nonces, timestamp);
    return this.#toBase64?.(this.#memory.subarray(OUTPUT, end)) ?? '';
  }

  /** @internal */
  head(slot: number): string {
    return this.#heads[slot] ?? '';
  }

  /** @internal */
  identifierLength(slot: number): number {
    return this.#memory[SLOTS + SLOT_SIZE * slot + SLOT_ID_LENGTH] ?? 0;
  }

  /** HMAC-SHA-256 of any message under any key, by the code that makes the headers' digests. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    const slot = this.#take(UNOWNED, 'hmac-sha256');
    try {
      this.#setKey(slot, key.length > 64 ? this.#hash(key) : key);
      this.#exports.beginMac(slot);
      this.#update(message, 64);
      this.#exports.endMac(slot);
      return this.#memory.slice(DIGEST, DIGEST + 32);
    } finally {
      this.release(slot);
    }
  }

  /** Writes down which headers are wanted. Returns where their nonces begin. */
  #order(chain: Uint32Array, count: number): number {
    for (let i = 0; i < count; i++) this.#chain[i] = chain[i] ?? 0;
    return NONCES + this.#nonces.take(16 * count);
  }

  #hash(message: Uint8Array): Uint8Array {
    this.#exports.beginHash();
    this.#update(message, 0);
    this.#exports.endHash();
    return this.#memory.slice(DIGEST, DIGEST + 32);
  }

  /** Feeds a message with its padding (FIPS 180-4, section 5.1.1), behind `before` bytes that were taken already. */
  #update(message: Uint8Array, before: number): void {
    const blocks = Math.ceil((message.length + 9) / 64);
    const padded = new Uint8Array(64 * blocks);
    padded.set(message);
    padded[message.length] = 0x80;
    new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(before + message.length) * 8n);
    for (let done = 0; done < blocks; done += INPUT_BLOCKS) {
      const count = Math.min(INPUT_BLOCKS, blocks - done);
      this.#memory.set(padded.subarray(64 * done, 64 * (done + count)), INPUT);
      this.#exports.update(count);
    }
    padded.fill(0);
  }

  #setKey(slot: KeySlot, key: Uint8Array): void {
    this.#memory.fill(0, INPUT, INPUT + 64);
    this.#memory.set(key, INPUT);
    this.#exports.setKey(slot);
  }

  #take(owner: object, kind: KeyKind): KeySlot {
    const slot = this.#slots.take(owner, kind);
    if (this.#exports.reserve(slot) === 0) {
      this.#slots.free(slot);
      throw failure(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, 'There is no memory for another key slot');
    }
    if (this.#memory.buffer !== this.#exports.memory.buffer) this.#viewMemory();
    return slot;
  }

  #viewMemory(): void {
    const { buffer } = this.#exports.memory;
    this.#memory = new Uint8Array(buffer);
    this.#chain = new Uint32Array(buffer, CHAIN, CHAIN_LENGTH);
    this.#read = asciiReader(this.#memory);
  }
}

/**
 * Makes the engine of a build, which is compiled unless it is a module; rejects where the runtime cannot, or must not,
 * compile WebAssembly.
 *
 * @param build from {@link WasmBuilds}; undefined if this runtime has none of that name
 * @param toBase64 puts headers together from their Base64, where that is faster than decoding them
 */
export async function createWasmEngine(
  name: EngineName,
  build: string | WebAssembly.Module | undefined,
  fillRandom: FillRandom,
  toBase64 = base64Writer(),
): Promise<HotPathEngine> {
  if (build === undefined) throw new TypeError(`${name} is not among the builds for this runtime`);
  const instance =
    typeof build === 'string'
      ? (await WebAssembly.instantiate(decodeBinary(build))).instance
      : await WebAssembly.instantiate(build);
  return new WasmEngine(name, instance.exports as unknown as HotPathExports, fillRandom, toBase64);
}
