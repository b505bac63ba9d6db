/**
 * Tokens that are in key slots of the engine, by name.
 *
 * @module
 */

import type { HotPathEngine, KeySlot } from '../hot-path/types.ts';
import type { TokenRecord } from './token-record.ts';

/** Why a cached token can make no more headers. */
export type CachedTokenEnd = 'removed' | 'deconfigured' | 'evicted';

/** One cached token. */
export interface CachedToken {
  readonly name: string;
  readonly tokenIdentifier: string;
  readonly signatureType: string;
  readonly slot: KeySlot;
  /** First 32 bits of the storage key's hash: finds the token when the storage reports a changed key. */
  readonly keyPrint: number;
  /** Header generators that hold the token; it is not evicted while there are any. */
  pins: number;
  /** Set when the slot was released; the token must not be used any more. */
  end: CachedTokenEnd | undefined;
  /** The token that was asked for after this one the last time. */
  next: CachedToken | undefined;
}

/** The first 32 bits of the hash at the end of a token's storage key. */
export function keyPrint(storageKey: string): number {
  let print = 0;
  for (const char of storageKey.slice(-43, -37)) print = (Math.imul(print, 64) + char.charCodeAt(0)) | 0;
  return print;
}

/** A bounded cache: the token that came first leaves first, and its slot is wiped. */
export class TokenCache {
  readonly #engine: HotPathEngine;
  readonly #capacity: number;
  readonly #tokens = new Map<string, CachedToken>();
  #last: CachedToken | undefined;
  /** One string a signature type, however many tokens have it. */
  readonly #signatureTypes = new Map<string, string>();

  constructor(engine: HotPathEngine, capacity: number) {
    this.#engine = engine;
    this.#capacity = capacity;
  }

  /**
   * The token of this name. Whoever asks for many in the same order again finds each by the one before it: a look-up among
   * a hundred thousand names waits for memory longer than a header takes.
   */
  get(name: string): CachedToken | undefined {
    const last = this.#last;
    let token = last?.next;
    if (token === undefined || token.end !== undefined || token.name !== name) {
      token = this.#tokens.get(name);
      if (token === undefined) return undefined;
      if (last !== undefined && last.end === undefined) last.next = token;
    }
    this.#last = token;
    return token;
  }

  /** Puts a token into a slot; the record's secret is copied, the caller wipes its own. */
  add(name: string, record: TokenRecord, storageKey: string): CachedToken {
    this.remove(name, 'removed');
    if (this.#tokens.size >= this.#capacity) this.#evict();
    const token: CachedToken = {
      name,
      tokenIdentifier: record.tokenIdentifier,
      signatureType: this.#shared(record.signatureType),
      slot: this.#engine.addKey(record.tokenIdentifier, record.tokenSecret),
      keyPrint: keyPrint(storageKey),
      pins: 0,
      end: undefined,
      next: undefined,
    };
    this.#tokens.set(name, token);
    return token;
  }

  remove(name: string, end: CachedTokenEnd): void {
    const token = this.#tokens.get(name);
    if (token === undefined) return;
    this.#tokens.delete(name);
    token.end = end;
    token.next = undefined;
    this.#engine.release(token.slot);
  }

  /** Names of the tokens whose storage key may be `storageKey`; of all tokens without one. */
  names(storageKey?: string): string[] {
    if (storageKey === undefined) return [...this.#tokens.keys()];
    const print = keyPrint(storageKey);
    return [...this.#tokens].filter(([, token]) => token.keyPrint === print).map(([name]) => name);
  }

  clear(end: CachedTokenEnd): void {
    for (const name of this.names()) this.remove(name, end);
  }

  #shared(signatureType: string): string {
    const known = this.#signatureTypes.get(signatureType) ?? signatureType;
    this.#signatureTypes.set(known, known);
    return known;
  }

  /** Those in the way that are held go to the end of the line, so that the next eviction need not look at them again. */
  #evict(): void {
    let left = this.#tokens.size;
    for (const [name, token] of this.#tokens) {
      if (token.pins === 0) {
        this.remove(name, 'evicted');
        return;
      }
      if (left-- === 0) return;
      this.#tokens.delete(name);
      this.#tokens.set(name, token);
    }
  }
}
