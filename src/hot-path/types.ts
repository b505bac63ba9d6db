/**
 * The interface of a hot-path engine: it keeps access tokens in key slots and makes their header values.
 *
 * @module
 */

/**
 * The engines that make token headers: WebAssembly with four lanes, WebAssembly with one, or JavaScript. Bundles for
 * browsers and workerd leave `wasm-scalar` out.
 *
 * @example
 * ```ts
 * await powerAuth.configure(configuration, { engine: 'js' });
 * ```
 */
export type EngineName = 'wasm-simd' | 'wasm-scalar' | 'js';

/** Names of the engines, fastest first. */
export const ENGINE_NAMES = ['wasm-simd', 'wasm-scalar', 'js'] as const satisfies readonly EngineName[];

/**
 * What is computed with a slot's key: the content of its headers. To add a second kind, add it here, in
 * `assembly/layout.ts` (what a slot holds) and beside `headers` of the builds; headers of one kind are made together.
 */
export const KEY_KINDS = ['hmac-sha256'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/**
 * Number of a key slot: an access token inside one engine. It is reused after the slot was released, so a caller must
 * also name the slot's owner.
 */
export type KeySlot = number & { readonly __keySlot: unique symbol };

export type { FillRandom } from '../util/nonce-pool.ts';

/**
 * Makes single headers. `owner` is the object that was passed to {@link HotPathEngine.addKey} for the slot: no header
 * is made for anybody else.
 */
export interface HeaderSource {
  /**
   * One header value with a fresh nonce, for the given time.
   *
   * @param timestamp server time in whole ms, 0 to 2^53-1
   * @throws LOCAL_TOKEN_NOT_AVAILABLE if the slot doesn't belong to this owner
   */
  header(slot: KeySlot, timestamp: number, owner?: object): string;

  /**
   * What `header` would return, if the caller is in a tight loop and the value was made in advance, together with an
   * earlier one of the same ms; otherwise undefined. If it is returned, the checks for the earlier one still hold.
   */
  headerAhead(slot: KeySlot, timestamp: number, owner?: object): string | undefined;
}

/** Headers made in advance for the tokens of one time: of one server, by one clock. */
export interface HeaderStock extends HeaderSource {
  /** Drops what is in stock. Calling it again has no effect; a header that is made afterwards opens the stock again. */
  close(): void;
}

/**
 * One engine. All engines make the same headers of the same slot content, time and nonce bytes.
 *
 * Nothing in it waits: adding a key and making a header are synchronous.
 */
export interface HotPathEngine extends HeaderSource {
  readonly name: EngineName;

  /**
   * Puts a token into a slot. `tokenSecret` (16 B) is copied, and the caller must wipe its own; from then on the engine
   * keeps HMAC midstates only.
   *
   * @param tokenIdentifier 1 to 63 characters of `A-Z a-z 0-9 . _ ~ -`; checked by the caller
   * @param owner the only one that headers of this slot are made for; without it, callers that name none
   * @throws CANNOT_GENERATE_TOKEN when there is no memory for another slot
   */
  addKey(tokenIdentifier: string, tokenSecret: Uint8Array, owner?: object, kind?: KeyKind): KeySlot;

  /**
   * A stock of its own, for the tokens of one time: whoever alternates between two servers is in a tight loop with
   * each. Any number may be open; only {@link MAX_STOCKS} of them hold headers at a time, the others make single ones.
   */
  openStock(): HeaderStock;

  /**
   * `count` header values for one time, each with its own nonce; the same as calling `header` that often, but faster.
   *
   * @throws LOCAL_TOKEN_NOT_AVAILABLE where the slot is not this owner's
   */
  headers(slot: KeySlot, timestamp: number, count: number, owner?: object): string[];

  /**
   * One header value for each of several tokens, all for one time; the same as calling `header` for each, but faster.
   *
   * @param owners of the slots, in their order
   * @throws LOCAL_TOKEN_NOT_AVAILABLE where a slot is not its owner's
   */
  headersOf(slots: readonly KeySlot[], timestamp: number, owners?: readonly object[]): string[];

  /**
   * Overwrites the slot with zeros, drops the stock that has a header of it, and makes it free for another key.
   *
   * @throws LOCAL_TOKEN_NOT_AVAILABLE where the slot is not this owner's
   */
  release(slot: KeySlot, owner?: object): void;

  /** Whether the slot is in use and belongs to this owner. */
  isOf(slot: KeySlot, owner: object): boolean;

  /** What the slot's headers contain; undefined for a free slot. */
  kindOf(slot: KeySlot): KeyKind | undefined;

  /** Number of slots in use. */
  readonly size: number;

  /** HMAC-SHA-256 (32 B) of any message under any key: the primitive under the headers, by the same code. */
  hmac(key: Uint8Array, message: Uint8Array): Uint8Array;
}

/** Stocks of one engine that hold headers at a time, 14 KB each at most. */
export const MAX_STOCKS = 16;
