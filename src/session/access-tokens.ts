/**
 * The access tokens of one instance: cache and storage. ./token-requests.ts asks the server for them.
 *
 * How a header is made: name → cache → key slot → engine.
 *
 * @module
 */

import { wipe } from '../util/bytes.ts';
import type { SessionParts } from './parts.ts';
import type { RecordKeys } from './record-keys.ts';
import type { SessionStorage } from './session-storage.ts';
import type { CachedToken } from './cached-token.ts';
import { tokenCache, type SessionTokens } from './token-cache.ts';
import type { TokenRecord } from './token-record.ts';
import { TokenRecords } from './token-records.ts';

/** A read in progress; `stale` if the token has changed in the meantime, so the result must not be kept. */
interface Loading {
  promise: Promise<CachedToken | undefined>;
  stale: boolean;
}

/** Where fewer tokens than this fit, those that are loaded at the same time evict each other. */
const FEW = 64;
/** Steps of promises after which whoever waited for a token has had it. */
const STEPS = 16;

/** Keeps a token until those who wait for it have had it: otherwise they would load it again, and evict others. */
async function keepForNow(token: CachedToken): Promise<void> {
  token.hold();
  for (let step = 0; step < STEPS; step++) await Promise.resolve();
  token.latest.letGo();
}

/** Access tokens by name. */
export class AccessTokens {
  readonly #session: SessionParts;
  readonly #cache: SessionTokens;
  #loading: Map<string, Loading> | undefined;
  /** Tokens that were renewed, by name, whose former tokens the server may still have. */
  #formers: Map<string, readonly string[]> | undefined;
  /** Header generators that hold tokens of this instance. */
  #holders = 0;

  constructor(session: SessionParts) {
    this.#session = session;
    this.#cache = tokenCache.ownerFor(session);
  }

  get #storage(): SessionStorage {
    return this.#session.storage;
  }

  get #keys(): RecordKeys {
    return this.#session.keys;
  }

  get #records(): TokenRecords {
    return new TokenRecords(this.#session);
  }

  /** Whether it can be dropped without losing anything. */
  get isIdle(): boolean {
    return this.#holders === 0 && this.#loading === undefined && this.#cache.size === 0;
  }

  /** The token if it is in a key slot: no storage access, nothing to wait for. */
  cached(name: string): CachedToken | undefined {
    this.#session.catchUp();
    return this.#cache.get(name);
  }

  /** Keeps a token in its key slot for a header generator. */
  hold(token: CachedToken): void {
    token.hold();
    this.#holders++;
  }

  /** Ends {@link hold}. */
  letGo(token: CachedToken): void {
    token.letGo();
    this.#holders--;
  }

  /** Whether a header generator must be told at once that tokens are in doubt. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** The token from cache or storage, or undefined. Concurrent look-ups share one read. */
  async find(name: string): Promise<CachedToken | undefined> {
    for (;;) {
      const cached = this.cached(name);
      if (cached !== undefined) return cached;
      const all = (this.#loading ??= new Map<string, Loading>());
      let loading = all.get(name);
      if (loading === undefined) {
        loading = { promise: Promise.resolve(undefined), stale: false };
        all.set(name, loading);
        loading.promise = this.#load(name, loading).finally(() => {
          all.delete(name);
          if (all.size === 0) this.#loading = undefined;
        });
      }
      const token = await loading.promise;
      if (!loading.stale) return token;
    }
  }

  /** Removes the token only here; no error if it is unknown. */
  async removeLocal(name: string): Promise<void> {
    await this.drop(name);
    await this.#storage.forget();
  }

  /** The same; the caller must make the storage forget it. */
  async drop(name: string): Promise<void> {
    await this.#storage.delete(this.#keys.token(name));
    this.#drop(name);
    this.#tellRemoved(name);
  }

  /** Removes all tokens, only here. */
  async removeAll(): Promise<void> {
    await this.#removeAll();
    await this.#storage.forget();
  }

  async #removeAll(names = this.#cache.names()): Promise<void> {
    // Done before the storage, which may fail half way: from here on no header is made with a token that is being
    // removed.
    this.#dropAll();
    await this.#storage.uncut(async () => {
      await this.#records.deleteAll();
    });
    this.#dropAll();
    for (const name of names) this.#tellRemoved(name);
  }

  /** Removes all tokens, only here, if the current activation is this one. */
  async removeAllOf(activationId: string): Promise<void> {
    if ((await this.#session.activation.readActivationId()) === activationId) await this.removeAll();
  }

  /**
   * Removes the tokens here that don't belong to the current activation. The caller must make the storage forget them.
   */
  async removeOrphans(): Promise<void> {
    const names = this.#cache.names();
    // Done before the storage, which may fail half way, as in removeAll.
    this.#dropAll();
    const activationId = await this.#session.activation.readActivationId();
    if (activationId === undefined) return this.#removeAll(names);
    this.#dropAll();
    await this.#records.deleteOthers(activationId);
  }

  /**
   * Call this when somebody else changed a token's record, or any of them if no key is given. Tokens that a header
   * generator holds are read again, the others leave the cache until they are asked for.
   *
   * @returns a promise that resolves when those are read, if there are any; it never rejects
   */
  doubt(storageKey?: string): Promise<void> | undefined {
    this.#doubtLoads();
    const confirmed: Promise<void>[] = [];
    for (const name of this.#cache.names(storageKey)) {
      const token = this.#cache.get(name);
      if (token === undefined) continue;
      if (!token.isHeld) this.#cache.remove(name, 'removed');
      // A failure has removed the token, and its generators say so.
      else confirmed.push(this.#session.during(() => this.#confirm(name, token)).catch(() => undefined));
    }
    return confirmed.length === 0 ? undefined : Promise.all(confirmed).then(() => undefined);
  }

  /** Wipes all key slots for good. */
  close(): void {
    this.#cache.clear('deconfigured');
  }

  /** Keeps a cached token only if the storage still has it; one that was renewed is replaced. */
  async #confirm(name: string, token: CachedToken): Promise<void> {
    // A storage that doesn't reply confirms nothing: no header is better than one of a removed token.
    const record = await this.#session.settings.hub.loads
      .take(() => this.#records.find(this.#keys.token(name), name))
      .catch(() => undefined);
    try {
      if (this.#cache.get(name) !== token || record?.tokenIdentifier === token.tokenIdentifier) return;
      if (record === undefined || this.#session.isClosed) this.#cache.remove(name, 'removed');
      else this.#cacheToken(name, record);
    } finally {
      wipe(record?.tokenSecret);
    }
  }

  #doubtLoads(): void {
    for (const loading of this.#loading?.values() ?? []) loading.stale = true;
  }

  #tellRemoved(tokenName: string): void {
    this.#session.tell('token', 'token removed', () => ({ action: 'removed' as const, tokenName }));
  }

  #dropAll(): void {
    this.#doubtLoads();
    this.#cache.clear('removed');
  }

  #doubtLoad(name: string): void {
    const loading = this.#loading?.get(name);
    if (loading !== undefined) loading.stale = true;
  }

  #drop(name: string): void {
    this.#doubtLoad(name);
    this.#formers?.delete(name);
    this.#cache.remove(name, 'removed');
  }

  async #load(name: string, loading: Loading): Promise<CachedToken | undefined> {
    const key = this.#keys.token(name);
    const record = await this.#session.settings.hub.loads.take(async () => {
      this.#session.throwIfClosed();
      return this.#records.find(key, name);
    });
    if (record === undefined) return undefined;
    this.#session.tell('token', 'token loaded', () => ({ action: 'loaded' as const, tokenName: name }));
    try {
      this.#session.throwIfClosed();
      this.#session.catchUp();
      if (loading.stale) return undefined;
      const token = this.#cacheToken(name, record);
      if (tokenCache.room < FEW) void keepForNow(token);
      return token;
    } finally {
      wipe(record.tokenSecret);
    }
  }

  /**
   * Puts a record's token into the cache, in the place of the former one.
   *
   * @throws OPERATION_CANCELED after the end of the session: nobody would take the token out again
   */
  #cacheToken(name: string, record: TokenRecord): CachedToken {
    this.#session.throwIfClosed();
    const { formerIdentifiers } = record;
    if (formerIdentifiers?.length === 0) this.#formers?.delete(name);
    else if (formerIdentifiers !== undefined) {
      (this.#formers ??= new Map<string, readonly string[]>()).set(name, formerIdentifiers);
    }
    return this.#cache.add(name, record, this.#keys.token(name));
  }

  /** Uses a token that was stored: by this process, or by another one. */
  take(name: string, record: TokenRecord): CachedToken {
    const cached = this.#cache.get(name);
    if (cached?.tokenIdentifier === record.tokenIdentifier) return cached;
    // A load in progress may have read the former token.
    this.#doubtLoad(name);
    return this.#cacheToken(name, record);
  }

  /** The former tokens of a renewed one that the server may still have. */
  formers(name: string): readonly string[] {
    return this.#formers?.get(name) ?? [];
  }

  /** Notes that the server has removed these. */
  forgetFormers(name: string, removed: readonly string[]): void {
    const left = this.formers(name).filter((id) => !removed.includes(id));
    if (left.length === 0) this.#formers?.delete(name);
    else this.#formers?.set(name, left);
  }
}
