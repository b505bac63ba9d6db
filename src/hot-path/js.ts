/**
 * The engine for runtimes without WebAssembly, or whose content security policy forbids it: HMAC (RFC 2104) over
 * SHA-256 of @noble/hashes, on midstates.
 *
 * @module
 */

import { _SHA256 as Sha256 } from '@noble/hashes/sha2.js';
import { base64 } from '../util/base64.ts';
import { secretBytes, utf8, wipe } from '../util/bytes.ts';
import { headerHead } from './header-texts.ts';
import { NoncePool } from '../util/nonce-pool.ts';
import { notItsOwner, SlotTable, UNOWNED } from './slot-table.ts';
import type { FillRandom, HeaderStock, HotPathEngine, KeyKind, KeySlot } from './types.ts';

const BLOCK = 64;

/** HMAC with the key absorbed: the hashes begin with its two blocks, and are cloned for each message. */
class Mac {
  readonly #inner: Sha256;
  readonly #outer: Sha256;

  constructor(key: Uint8Array) {
    const block = secretBytes(BLOCK);
    const begin = (mask: number): Sha256 => {
      for (let i = 0; i < BLOCK; i++) block[i] = (short[i] ?? 0) ^ mask;
      return new Sha256().update(block);
    };
    const short = key.length > BLOCK ? new Sha256().update(key).digest() : key;
    this.#inner = begin(0x36);
    this.#outer = begin(0x5c);
    wipe(block, short === key ? undefined : short);
  }

  of(...parts: readonly Uint8Array[]): Uint8Array {
    const inner = this.#inner.clone();
    for (const part of parts) inner.update(part);
    return this.#outer.clone().update(inner.digest()).digest();
  }

  destroy(): void {
    this.#inner.destroy();
    this.#outer.destroy();
  }
}

/** A token in this engine. */
interface Slot {
  readonly prefix: string;
  readonly mac: Mac;
}

class JsEngine implements HotPathEngine {
  readonly name = 'js';
  readonly #nonces: NoncePool;
  readonly #slots = new SlotTable();
  readonly #contents: (Slot | undefined)[] = [];

  constructor(fillRandom: FillRandom) {
    this.#nonces = new NoncePool(fillRandom);
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
    const slot = this.#slots.take(owner, kind);
    this.#contents[slot] = {
      prefix: headerHead(tokenIdentifier),
      mac: new Mac(tokenSecret),
    };
    return slot;
  }

  /** A stock that is always empty: making a header in advance would cost as much as making it when it is needed. */
  openStock(): HeaderStock {
    return {
      headerAhead: () => undefined,
      header: (slot, timestamp, owner) => this.header(slot, timestamp, owner),
      close: () => undefined,
    };
  }

  headerAhead(): undefined {
    return undefined;
  }

  header(slot: KeySlot, timestamp: number, owner: object = UNOWNED): string {
    const { prefix, mac } = this.#at(slot, owner);
    const from = this.#nonces.take(16);
    const nonce = this.#nonces.bytes.subarray(from, from + 16);
    const digest = mac.of(nonce, utf8(`&${timestamp}&3.3`));
    return `${prefix}${base64(digest)}", nonce="${base64(nonce)}", timestamp="${timestamp}"`;
  }

  headers(slot: KeySlot, timestamp: number, count: number, owner?: object): string[] {
    this.#at(slot, owner);
    return Array.from({ length: count }, () => this.header(slot, timestamp, owner));
  }

  headersOf(slots: readonly KeySlot[], timestamp: number, owners?: readonly object[]): string[] {
    return slots.map((slot, i) => this.header(slot, timestamp, owners?.[i]));
  }

  release(slot: KeySlot, owner?: object): void {
    this.#at(slot, owner).mac.destroy();
    this.#contents[slot] = undefined;
    this.#slots.free(slot);
  }

  isOf(slot: KeySlot, owner: object): boolean {
    return this.#slots.isOf(slot, owner);
  }

  kindOf(slot: KeySlot): KeyKind | undefined {
    return this.#slots.kindOf(slot);
  }

  hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    const mac = new Mac(key);
    try {
      return mac.of(message);
    } finally {
      mac.destroy();
    }
  }

  #at(slot: KeySlot, owner: object = UNOWNED): Slot {
    const content = this.#contents[slot];
    if (content === undefined || !this.#slots.isOf(slot, owner)) throw notItsOwner();
    return content;
  }
}

/** Creates the engine. */
export function createJsEngine(fillRandom: FillRandom): HotPathEngine {
  return new JsEngine(fillRandom);
}
