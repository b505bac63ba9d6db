/**
 * The engines in WebAssembly. Both builds export one list, so that one class serves them; what lies where in their memory
 * is drawn in assembly/layout.ts.
 *
 * @module
 */

import { instantiate } from '@assemblyscript/loader';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64Decode } from '../util/base64.ts';
import { NoncePool } from './nonce-pool.ts';
import { SlotNumbers } from './slot-numbers.ts';
import type { EngineName, FillRandom, HotPathEngine, KeySlot } from './types.ts';

/** What both builds export. */
interface HotPathExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  reserve(slot: number): number;
  setKey(slot: number): void;
  setId(slot: number, length: number): void;
  release(slot: number): void;
  headers(slot: number, count: number, digits: number): number;
  beginHash(): void;
  beginMac(slot: number): void;
  update(count: number): void;
  endHash(): void;
  endMac(slot: number): void;
  wipeScratch(): void;
}

// As in assembly/layout.ts.
const INPUT = 0;
const DIGEST = 5248;
const NONCES = 5632;
const OUTPUT = 6656;
/** Blocks of 64 B that INPUT takes. */
const INPUT_BLOCKS = 64;
/** Headers of one call. */
const CALL_HEADERS = 64;

const decoder = new TextDecoder();

class WasmEngine implements HotPathEngine {
  readonly name: EngineName;
  readonly #exports: HotPathExports;
  readonly #nonces: NoncePool;
  readonly #numbers = new SlotNumbers();
  /** Over the whole memory; made anew after it grew. */
  #memory: Uint8Array;

  constructor(name: EngineName, exports: HotPathExports, fillRandom: FillRandom) {
    this.name = name;
    this.#exports = exports;
    this.#nonces = new NoncePool(fillRandom);
    this.#memory = new Uint8Array(exports.memory.buffer);
  }

  get size(): number {
    return this.#numbers.size;
  }

  addKey(tokenIdentifier: string, tokenSecret: Uint8Array): KeySlot {
    const slot = this.#take();
    this.#setKey(slot, tokenSecret);
    this.#writeAscii(tokenIdentifier);
    this.#exports.setId(slot, tokenIdentifier.length);
    return slot;
  }

  header(slot: KeySlot, timestamp: number): string {
    const length = this.#make(slot, timestamp, 1);
    return decoder.decode(this.#memory.subarray(OUTPUT, OUTPUT + length));
  }

  headers(slot: KeySlot, timestamp: number, count: number): string[] {
    const values: string[] = [];
    for (let left = count; left > 0; left -= CALL_HEADERS) {
      const made = Math.min(left, CALL_HEADERS);
      const length = this.#make(slot, timestamp, made);
      // One decoding for all, because each costs more than the slices.
      const text = decoder.decode(this.#memory.subarray(OUTPUT, OUTPUT + made * length));
      for (let i = 0; i < made; i++) values.push(text.slice(i * length, (i + 1) * length));
    }
    return values;
  }

  release(slot: KeySlot): void {
    this.#exports.release(slot);
    this.#numbers.free(slot);
  }

  /** HMAC-SHA-256 of any message under any key, by the code that makes the headers' digests. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    const slot = this.#take();
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

  /** Makes up to 64 headers into OUTPUT and answers the length of one. */
  #make(slot: KeySlot, timestamp: number, count: number): number {
    const digits = this.#writeAscii(String(timestamp));
    this.#nonces.take(this.#memory, NONCES, 16 * count);
    return this.#exports.headers(slot, count, digits);
  }

  #writeAscii(text: string): number {
    for (let i = 0; i < text.length; i++) this.#memory[INPUT + i] = text.charCodeAt(i);
    return text.length;
  }

  #take(): KeySlot {
    const slot = this.#numbers.take();
    if (this.#exports.reserve(slot) === 0) {
      this.#numbers.free(slot);
      throw failure(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, 'There is no memory for another key slot');
    }
    if (this.#memory.buffer !== this.#exports.memory.buffer) {
      this.#memory = new Uint8Array(this.#exports.memory.buffer);
    }
    return slot;
  }
}

/** Compiles a build and makes the engine; rejects where the runtime cannot, or must not, compile WebAssembly. */
export async function createWasmEngine(
  name: EngineName,
  wasmBase64: string,
  fillRandom: FillRandom,
): Promise<HotPathEngine> {
  const { exports } = await instantiate<HotPathExports>(base64Decode(wasmBase64) ?? new Uint8Array());
  return new WasmEngine(name, exports, fillRandom);
}
