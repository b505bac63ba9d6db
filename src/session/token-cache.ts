/**
 * Tokens that are in key slots, of all sessions of this thread. The cache owns the slots and wipes them; a session owns its
 * tokens.
 *
 * @module
 */

import {
  CachedToken,
  keyPrint,
  TokenList,
  type CachedTokenEnd,
  type TokenSession,
  type TokenOwner,
  type TokenSource,
} from './cached-token.ts';
import type { TokenRecord } from './token-record.ts';

/** Tokens that the cache of a thread holds at once, 128 B each in the engine. */
const CAPACITY = 1_000_000;

/** After so many surprises in a row, tokens are used in no order. */
const IN_NO_ORDER = 64;

/**
 * One limit for all sessions of a thread, shared fairly. A session that has more than the limit divided by the number
 * of sessions with tokens evicts its own oldest token. Any other session evicts the oldest token of such a session; a
 * token that was used in the meantime gets a second chance. Tokens that header generators hold stay, and are not
 * counted; if all are held, the cache grows.
 */
export class TokenCache {
  #capacity: number;
  /** The tokens that may be evicted. */
  readonly #evictable = new TokenList('thread');
  /** Tokens that header generators hold. */
  #held = 0;
  /** Sessions with tokens that may be evicted. */
  #sessions = 0;
  /** The token that was used last, of any session. */
  #last: CachedToken | undefined;
  /** Look-ups in a row that found another token than the expected one. */
  #surprises = 0;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** The most tokens that it holds at once, for all sessions together. */
  get capacity(): number {
    return this.#capacity;
  }

  set capacity(capacity: number) {
    this.#capacity = capacity;
    this.shrink();
  }

  /** Tokens in key slots. */
  get size(): number {
    return this.#evictable.size + this.#held;
  }

  /** How many tokens that nobody holds it may hold. */
  get room(): number {
    return this.#capacity - this.#held;
  }

  /** Whether it matters which tokens are used: evictions are near. */
  get isHalfFull(): boolean {
    return 2 * this.size > this.#capacity;
  }

  /** A session's part of the cache. `clear` removes its tokens, and nothing of it is left then. */
  ownerFor(session: TokenOwner): SessionTokens {
    return new SessionTokens(this, session);
  }

  /**
   * The token, if it is the one that came after the last one the last time. A caller that uses many tokens in the same
   * order again finds each by the one before it: a look-up among a hundred thousand names waits for memory longer than
   * a header takes. While tokens are used in no order none is expected, because looking at a wrong one costs as much.
   */
  expected(instanceId: string, name: string): CachedToken | undefined {
    if (this.#surprises >= IN_NO_ORDER) return undefined;
    const token = this.#last?.follower;
    const owner = token?.session?.owner;
    if (token === undefined || owner === undefined) return undefined;
    if (token.name !== name || owner.instanceId !== instanceId) return undefined;
    owner.catchUp();
    if (token.end !== undefined) return undefined;
    token.wasUsed = true;
    this.#last = token;
    return token;
  }

  /** @internal Remembers that this token was used after the last one. */
  follow(token: CachedToken): void {
    if (this.#last?.follower === token) this.#surprises = 0;
    else if (this.#last !== undefined) {
      this.#last.follower = token;
      this.#surprises++;
    }
    token.wasUsed = true;
    this.#last = token;
  }

  /** @internal Evicts tokens while there are more than it may hold. */
  shrink(): void {
    while (this.size > this.#capacity && this.#evict());
  }

  /** @internal Evicts a token if a new one of this session has no room. */
  makeRoom(session: TokenSession): void {
    while (this.size >= this.#capacity && this.#evict(session));
  }

  /** @internal Adds a token, which may be evicted from here on. */
  enter(token: CachedToken, { evictable }: TokenSession): void {
    if (evictable.size === 0) this.#sessions++;
    evictable.append(token);
    this.#evictable.append(token);
  }

  /** @internal Removes a token, which can't be evicted from here on. */
  leave(token: CachedToken, { evictable }: TokenSession): void {
    evictable.remove(token);
    this.#evictable.remove(token);
    if (evictable.size === 0) this.#sessions--;
  }

  /** @internal Counts a token that header generators hold, or no longer hold. */
  countHeld(change: 1 | -1): void {
    this.#held += change;
  }

  /** @internal Ends a token whose place another one has taken. */
  replace(token: CachedToken, successor: CachedToken): void {
    this.end(token, 'replaced');
    token.follower = successor;
  }

  /** @internal Ends a token and wipes its slot. */
  end(token: CachedToken, end: CachedTokenEnd): void {
    const { session } = token;
    if (session === undefined) return;
    session.owner.settings.engine.release(token.slot, token);
    if (token.isHeld) this.#held--;
    else this.leave(token, session);
    session.forget(token);
    if (this.#last === token) this.#last = undefined;
    token.follower = undefined;
    token.finish(end);
  }

  /** @returns whether there was one to evict */
  #evict(session?: TokenSession): boolean {
    const own = session?.evictable;
    const sessions = this.#sessions + (own?.size === 0 ? 1 : 0);
    // Times the number of sessions, rather than a share of the capacity, which would be rounded.
    const { room } = this;
    let victim = own?.oldest;
    if (own === undefined || (own.size + 1) * sessions <= room || victim === undefined) {
      victim = this.#oldestOfTooMany(room / sessions);
    }
    if (victim === undefined) return false;
    const { name, session: owner } = victim;
    this.end(victim, 'evicted');
    if (owner !== undefined) tellEvicted(owner, name);
    return true;
  }

  /** The oldest token of a session that has more than its share, and that wasn't used since it was last considered. */
  #oldestOfTooMany(share: number): CachedToken | undefined {
    // Each is considered twice at most: a used token is skipped once.
    let token = this.#evictable.oldest;
    for (let looks = 2 * this.#evictable.size; token !== undefined && looks > 0; looks--) {
      if (!token.wasUsed && token.session !== undefined && token.session.evictable.size > share) return token;
      token.wasUsed = false;
      this.#evictable.remove(token);
      this.#evictable.append(token);
      token = this.#evictable.oldest;
    }
    return token;
  }
}

function tellEvicted({ owner }: TokenSession, tokenName: string): void {
  const { instanceId, settings } = owner;
  settings.insight?.of(instanceId)('token', 'token evicted', () => ({
    action: 'evicted' as const,
    tokenName,
  }));
}

/** The cached tokens of one session, by name. */
export class SessionTokens implements TokenSession {
  readonly owner: TokenOwner;
  readonly source: TokenSource;
  readonly evictable = new TokenList('session');
  readonly #cache: TokenCache;
  /** The only token, as in most sessions; otherwise all of them. */
  #tokens: CachedToken | Map<string, CachedToken> | undefined;

  constructor(cache: TokenCache, owner: TokenOwner) {
    this.#cache = cache;
    this.owner = owner;
    this.source = owner.settings;
  }

  /** Tokens in key slots. */
  get size(): number {
    const tokens = this.#tokens;
    if (tokens instanceof Map) return tokens.size;
    return tokens === undefined ? 0 : 1;
  }

  /** The token of this name, which is expected after the last one of the thread from here on. */
  get(name: string): CachedToken | undefined {
    const token = this.#find(name);
    if (token !== undefined) this.#cache.follow(token);
    return token;
  }

  /**
   * Puts a token into a slot; the record's secret is copied, and the caller must wipe its own. Header generators that
   * hold the former token of this name go on with the new one.
   */
  add(name: string, record: TokenRecord, storageKey: string): CachedToken {
    const former = this.#find(name);
    if (former?.isHeld === false) this.remove(name, 'removed');
    let token: CachedToken;
    try {
      this.#cache.makeRoom(this);
      token = new CachedToken(this, name, record, storageKey);
    } catch (error) {
      // There is no room for the new one, and the former one is out of date.
      this.remove(name, 'removed');
      throw error;
    }
    if (former?.isHeld === true) this.#cache.replace(former, token);
    this.#keep(token);
    this.#cache.enter(token, this);
    if (former !== undefined) token.takeOver(former);
    return token;
  }

  remove(name: string, end: CachedTokenEnd): void {
    const token = this.#find(name);
    if (token !== undefined) this.#cache.end(token, end);
  }

  /** Names of the tokens whose storage key may be `storageKey`; of all tokens without one. */
  names(storageKey?: string): string[] {
    const print = storageKey === undefined ? undefined : keyPrint(storageKey);
    return this.#all()
      .filter((token) => print === undefined || token.keyPrint === print)
      .map(({ name }) => name);
  }

  /** Ends all tokens. */
  clear(end: CachedTokenEnd): void {
    for (const token of this.#all()) this.#cache.end(token, end);
  }

  forget(token: CachedToken): void {
    if (this.#tokens === token) this.#tokens = undefined;
    else if (this.#tokens instanceof Map) this.#tokens.delete(token.name);
  }

  held(token: CachedToken): void {
    this.#cache.leave(token, this);
    this.#cache.countHeld(1);
  }

  released(token: CachedToken): void {
    this.#cache.countHeld(-1);
    this.#cache.enter(token, this);
    this.#cache.shrink();
  }

  #find(name: string): CachedToken | undefined {
    const tokens = this.#tokens;
    if (tokens instanceof Map) return tokens.get(name);
    return tokens?.name === name ? tokens : undefined;
  }

  #keep(token: CachedToken): void {
    const tokens = this.#tokens;
    if (tokens === undefined) this.#tokens = token;
    else if (tokens instanceof Map) tokens.set(token.name, token);
    else {
      this.#tokens = new Map([
        [tokens.name, tokens],
        [token.name, token],
      ]);
    }
  }

  #all(): CachedToken[] {
    const tokens = this.#tokens;
    if (tokens instanceof Map) return [...tokens.values()];
    return tokens === undefined ? [] : [tokens];
  }
}

/** The cache of this thread. */
export const tokenCache = /* @__PURE__ */ new TokenCache();
