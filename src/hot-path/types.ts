/**
 * What an engine of the hot path does: it keeps access tokens in key slots and makes their header values.
 *
 * @module
 */

/**
 * What makes token headers: WebAssembly with four lanes, WebAssembly with one, or JavaScript.
 *
 * @example
 * ```ts
 * await powerAuth.configure(configuration, { engine: 'js' });
 * ```
 */
export type EngineName = 'wasm-simd' | 'wasm-scalar' | 'js';

/** Names of the engines, fastest first. */
export const ENGINE_NAMES = ['wasm-simd', 'wasm-scalar', 'js'] as const satisfies readonly EngineName[];

/** A key slot: an access token inside one engine. Only valid in the engine that gave it, until it is released. */
export type KeySlot = number & { readonly __keySlot: unique symbol };

/** Fills `target` with random bytes and returns it, like `crypto.getRandomValues`. */
export type FillRandom = (target: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/**
 * One engine. All engines give the same result for the same slot content, time and nonce bytes.
 *
 * Nothing in it waits: adding a key and making a header are synchronous.
 */
export interface HotPathEngine {
  readonly name: EngineName;

  /**
   * Puts a token into a slot. `tokenSecret` (16 B) is copied, the caller wipes its own; from then on the engine keeps
   * HMAC midstates only.
   *
   * @param tokenIdentifier 1 to 63 characters of `A-Z a-z 0-9 . _ ~ -`; checked by the caller
   */
  addKey(tokenIdentifier: string, tokenSecret: Uint8Array): KeySlot;

  /**
   * One header value with a fresh nonce, for the time given.
   *
   * @param timestamp server time in whole ms, 0 to 2^53-1
   */
  header(slot: KeySlot, timestamp: number): string;

  /**
   * What `header` would give, if the caller is in a tight loop and the value was made ahead, together with an earlier one of
   * this very ms; else undefined. Who gets it may take what was checked for the earlier one as still true.
   */
  headerAhead(slot: KeySlot, timestamp: number): string | undefined;

  /** `count` header values for one time, each with its own nonce; the same as calling `header` that often, but faster. */
  headers(slot: KeySlot, timestamp: number, count: number): string[];

  /** One header value for each of several tokens, all for one time; the same as calling `header` for each, but faster. */
  headersOf(slots: readonly KeySlot[], timestamp: number): string[];

  /** Overwrites the slot with zeros, drops whatever was made ahead for it, and makes it free for another key. */
  release(slot: KeySlot): void;

  /** Number of slots in use. */
  readonly size: number;

  /** HMAC-SHA-256 (32 B) of any message under any key: the primitive under the headers, by the same code. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array;
}
