/**
 * The engine for runtimes without WebAssembly, or whose content security policy forbids it: HMAC of @noble/hashes, on
 * midstates.
 *
 * @module
 */

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64 } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { NoncePool } from './nonce-pool.ts';
import { SlotNumbers } from './slot-numbers.ts';
import type { FillRandom, HotPathEngine, KeySlot } from './types.ts';

type Mac = ReturnType<typeof hmac.create>;

/** A token in this engine. */
interface Slot {
  readonly prefix: string;
  /** HMAC with the key taken in, cloned for each header. */
  readonly mac: Mac;
}

class JsEngine implements HotPathEngine {
  readonly name = 'js';
  readonly #nonces: NoncePool;
  readonly #numbers = new SlotNumbers();
  readonly #slots: (Slot | undefined)[] = [];
  constructor(fillRandom: FillRandom) {
    this.#nonces = new NoncePool(fillRandom);
  }

  get size(): number {
    return this.#numbers.size;
  }

  addKey(tokenIdentifier: string, tokenSecret: Uint8Array): KeySlot {
    const slot = this.#numbers.take();
    this.#slots[slot] = {
      prefix: `PowerAuth version="3.3", token_id="${tokenIdentifier}", token_digest="`,
      mac: hmac.create(sha256, tokenSecret),
    };
    return slot;
  }

  /** Nothing: making one ahead would cost as much as making it when it is wanted. */
  headerAhead(): undefined {
    return undefined;
  }

  header(slot: KeySlot, timestamp: number): string {
    const { prefix, mac } = this.#at(slot);
    const from = this.#nonces.take(16);
    const nonce = this.#nonces.bytes.subarray(from, from + 16);
    const digest = mac
      .clone()
      .update(nonce)
      .update(utf8(`&${timestamp}&3.3`))
      .digest();
    return `${prefix}${base64(digest)}", nonce="${base64(nonce)}", timestamp="${timestamp}"`;
  }

  headers(slot: KeySlot, timestamp: number, count: number): string[] {
    return Array.from({ length: count }, () => this.header(slot, timestamp));
  }

  headersOf(slots: readonly KeySlot[], timestamp: number): string[] {
    return slots.map((slot) => this.header(slot, timestamp));
  }

  release(slot: KeySlot): void {
    this.#at(slot).mac.destroy();
    this.#slots[slot] = undefined;
    this.#numbers.free(slot);
  }

  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return hmac(sha256, key, message);
  }

  #at(slot: KeySlot): Slot {
    const content = this.#slots[slot];
    if (content === undefined) throw new RangeError('This key slot was released');
    return content;
  }
}

/** Makes the engine. */
export function createJsEngine(fillRandom: FillRandom): HotPathEngine {
  return new JsEngine(fillRandom);
}
