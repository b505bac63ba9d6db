/**
 * A token in a key slot, and the lists that such tokens are in.
 *
 * @module
 */

import type { Insight } from '../util/insight.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { HeaderStock, HotPathEngine, KeySlot } from '../hot-path/types.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import type { TokenRecord } from './token-record.ts';

/** Why a cached token can make no more headers; `replaced` by its follower. */
export type CachedTokenEnd = 'removed' | 'deconfigured' | 'evicted' | 'replaced';

/** The source of a session's headers; sessions with equal settings share one. */
export interface TokenSource {
  readonly engine: HotPathEngine;
  /** Of this engine, for this time. */
  readonly stock: HeaderStock;
  readonly time: TimeSynchronization;
  /** Its epoch increases when anything in the storage may have changed. */
  readonly hub: { readonly epoch: number };
  /** Leads here until the settings are released. */
  readonly link: SourceLink;
}

/** Leads to a source of headers, for objects that outlive it and must keep nothing of it alive. */
export interface SourceLink {
  source: TokenSource | undefined;
}

/**
 * A header of this owner's slot, unless the server's time isn't known.
 *
 * @throws LOCAL_TOKEN_NOT_AVAILABLE if the slot isn't this owner's; CANNOT_GENERATE_TOKEN if the clock throws
 */
export function headerIfTimeIsKnown(
  { stock, time }: TokenSource,
  slot: KeySlot,
  owner: object,
): string | undefined {
  const moment = time.sameMoment();
  const ahead = stock.headerAhead(slot, moment, owner);
  if (ahead !== undefined) return ahead;
  const now = time.knownTimeAt(moment);
  return now === now ? stock.header(slot, now, owner) : undefined;
}

/** A session, as its tokens know it. */
export interface TokenOwner {
  readonly instanceId: string;
  readonly settings: TokenSource & { readonly insight?: Insight };
  /** Ends the tokens if a notice said that anything may have changed. */
  catchUp(): void;
}

/** The owner of a token: the tokens of one session. */
export interface TokenSession {
  readonly owner: TokenOwner;
  /** The owner's settings, one step nearer. */
  readonly source: TokenSource;
  /** Tokens that may be evicted, in the order in which they came. */
  readonly evictable: TokenList;
  /** Drops the token, which has ended, from the names. */
  forget(token: CachedToken): void;
  /** Called when the first header generator holds the token. */
  held(token: CachedToken): void;
  /** Called when the last one has released it. */
  released(token: CachedToken): void;
}

/** The first 32 bits of the hash at the end of a token's storage key. */
export function keyPrint(storageKey: string): number {
  let print = 0;
  for (const char of storageKey.slice(-43, -37)) print = (Math.imul(print, 64) + char.charCodeAt(0)) | 0;
  return print;
}

/** One string per signature type, however many tokens have it. */
const signatureTypes = new Map<string, string>();

function shared(signatureType: string): string {
  const known = signatureTypes.get(signatureType) ?? signatureType;
  signatureTypes.set(known, known);
  return known;
}

/** One cached token. It owns its key slot: no header of the slot is made for anybody else. */
export class CachedToken {
  readonly name: string;
  readonly tokenIdentifier: string;
  readonly signatureType: string;
  readonly slot: KeySlot;
  /** First 32 bits of the storage key's hash: finds the token when the storage reports a changed key. */
  readonly keyPrint: number;
  /** Whose it is; after the end the reason for that, so that a reference to the token keeps nothing else alive. */
  #state: TokenSession | CachedTokenEnd;
  /** Header generators that hold the token; it is in no list, and not evicted, while there are any. */
  #holders = 0;
  /** Whether it was used since it was last considered for eviction. */
  wasUsed = false;
  /** The token, of any session, that was used after this one the last time; of a replaced token, the one in its place. */
  follower: CachedToken | undefined = undefined;
  // Neighbours among the tokens of the thread, and of the session.
  older: CachedToken | undefined = undefined;
  newer: CachedToken | undefined = undefined;
  ownOlder: CachedToken | undefined = undefined;
  ownNewer: CachedToken | undefined = undefined;

  /** Puts a token into a slot; the record's secret is copied, and the caller must wipe its own. */
  constructor(session: TokenSession, name: string, record: TokenRecord, storageKey: string) {
    this.#state = session;
    this.name = name;
    this.tokenIdentifier = record.tokenIdentifier;
    this.signatureType = shared(record.signatureType);
    this.keyPrint = keyPrint(storageKey);
    this.slot = session.source.engine.addKey(record.tokenIdentifier, record.tokenSecret, this);
  }

  /** Undefined after the end. */
  get session(): TokenSession | undefined {
    return typeof this.#state === 'string' ? undefined : this.#state;
  }

  /** Set when the slot was released; the token must not be used any more. */
  get end(): CachedTokenEnd | undefined {
    return typeof this.#state === 'string' ? this.#state : undefined;
  }

  /** Ends it, after its slot was released. */
  finish(end: CachedTokenEnd): void {
    this.#state = end;
  }

  /**
   * A header, unless the server's time isn't known.
   *
   * @throws CANNOT_GENERATE_TOKEN if the clock throws
   */
  headerIfTimeIsKnown(): string | undefined {
    return headerIfTimeIsKnown(sourceOf(this), this.slot, this);
  }

  /** A header. @throws CANNOT_GENERATE_TOKEN if the server's time isn't known */
  header(): string {
    const { stock, time } = sourceOf(this);
    return (
      stock.headerAhead(this.slot, time.sameMoment(), this) ??
      stock.header(this.slot, time.currentTime(), this)
    );
  }

  /** Headers for one time. @throws CANNOT_GENERATE_TOKEN if the server's time isn't known */
  headers(count: number): string[] {
    const { engine, time } = sourceOf(this);
    return engine.headers(this.slot, time.currentTime(), count, this);
  }

  /** Keeps the token from being evicted, for a header generator. */
  hold(): void {
    if (this.#holders++ === 0) this.session?.held(this);
  }

  /** Undoes one {@link hold}. */
  letGo(): void {
    if (--this.#holders === 0) this.session?.released(this);
  }

  /** Takes over the header generators of a token that it replaces; they find it by {@link latest}. */
  takeOver(former: CachedToken): void {
    if (former.#holders === 0) return;
    this.#holders = former.#holders;
    this.session?.held(this);
  }

  /** Itself, or the token that has replaced it. */
  get latest(): CachedToken {
    return this.end === 'replaced' && this.follower !== undefined ? this.follower.latest : this;
  }

  /** Whether a header generator holds it. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }
}

/**
 * Not a private method: each token would take 8 B more, which mark it as one that has the method.
 *
 * @throws LOCAL_TOKEN_NOT_AVAILABLE if the token has ended
 */
function sourceOf({ session }: CachedToken): TokenSource {
  if (session !== undefined) return session.source;
  throw failure(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE, 'The token was removed');
}

/** Tokens in the order in which they came, by links in the tokens themselves. */
export class TokenList {
  readonly #older: 'older' | 'ownOlder';
  readonly #newer: 'newer' | 'ownNewer';
  #oldest: CachedToken | undefined;
  #newest: CachedToken | undefined;
  #size = 0;

  /** @param of which links */
  constructor(of: 'thread' | 'session') {
    this.#older = of === 'thread' ? 'older' : 'ownOlder';
    this.#newer = of === 'thread' ? 'newer' : 'ownNewer';
  }

  get size(): number {
    return this.#size;
  }

  get oldest(): CachedToken | undefined {
    return this.#oldest;
  }

  append(token: CachedToken): void {
    token[this.#older] = this.#newest;
    if (this.#newest === undefined) this.#oldest = token;
    else this.#newest[this.#newer] = token;
    this.#newest = token;
    this.#size++;
  }

  remove(token: CachedToken): void {
    const older = token[this.#older];
    const newer = token[this.#newer];
    if (older === undefined) this.#oldest = newer;
    else older[this.#newer] = newer;
    if (newer === undefined) this.#newest = older;
    else newer[this.#older] = older;
    token[this.#older] = undefined;
    token[this.#newer] = undefined;
    this.#size--;
  }
}
