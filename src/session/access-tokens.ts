/**
 * The access tokens of one instance: cache, storage, server.
 *
 * How a header is made: name → cache → key slot → engine. How a token is made: single flight → lock → look again → sign
 * and encrypt → server → check → storage → key slot.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { signatureType } from '../protocol/signature.ts';
import type { PowerAuthStorageLock } from '../storage/types.ts';
import { throwIfLost } from '../util/abort.ts';
import { wipe } from '../util/bytes.ts';
import { POSSESSION, signatureFactors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import type { RecordKeys } from './record-keys.ts';
import type { SessionStorage } from './session-storage.ts';
import { otherFactors, SharedRequests } from './shared-requests.ts';
import { removeToken } from './signed-requests.ts';
import type { CachedToken } from './cached-token.ts';
import { tokenCache, type SessionTokens } from './token-cache.ts';
import { abandonToken, createToken } from './token-creation.ts';
import type { TokenRecord } from './token-record.ts';
import { TokenRecords } from './token-records.ts';

/** A read in progress; `stale` if the token has changed in the meantime, so the result must not be kept. */
interface Loading {
  promise: Promise<CachedToken | undefined>;
  stale: boolean;
}

/** The public data of a token. */
type TokenFacts = Pick<CachedToken, 'tokenIdentifier' | 'signatureType'>;

/** Access tokens by name. */
export class AccessTokens {
  readonly #session: SessionParts;
  readonly #cache: SessionTokens;
  #loading: Map<string, Loading> | undefined;
  #requesting: SharedRequests<TokenFacts> | undefined;
  #renewing: SharedRequests<TokenFacts> | undefined;
  /** Tokens that were renewed, by name, whose former tokens the server may still have. */
  #formers: Map<string, string> | undefined;
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

  /**
   * Returns the local token of this name, or a new one from the server. However many calls ask at once, in any number
   * of processes, the server creates only one.
   *
   * @throws WRONG_PARAMETER if the token has, or is being created with, another combination of factors
   */
  async request(name: string, authentication: PowerAuthAuthentication): Promise<TokenFacts> {
    const type = signatureType(signatureFactors(authentication));
    const all = (this.#requesting ??= new SharedRequests());
    try {
      return await all.share(name, type, () => this.#request(name, authentication, type));
    } finally {
      if (all.size === 0) this.#requesting = undefined;
    }
  }

  /**
   * Replaces the token of this name if it is the refused one, and otherwise returns the one that is there. However many
   * calls ask at once, in any number of processes, the server creates only one.
   *
   * @param refused identifier of the token
   * @throws WRONG_PARAMETER if the token has, or is being created with, another combination of factors
   */
  async renew(name: string, refused: string, authentication: PowerAuthAuthentication): Promise<TokenFacts> {
    const type = signatureType(signatureFactors(authentication));
    const all = (this.#renewing ??= new SharedRequests());
    try {
      const key = JSON.stringify([refused, name]);
      return await all.share(key, type, () => this.#renew(name, refused, authentication, type));
    } finally {
      if (all.size === 0) this.#renewing = undefined;
    }
  }

  /**
   * Removes the token on the server, then here.
   *
   * @throws INVALID_TOKEN if it is unknown; the error of the server or the network, in which case it stays
   */
  async remove(name: string): Promise<void> {
    if ((await this.find(name)) === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_TOKEN,
        'tokenName: there is no local token of this name to remove',
      );
    }
    await this.#locked(name, async (lock) => {
      const token = await this.find(name);
      if (token === undefined) return;
      await this.#removeFormer(name);
      await removeToken(this.#session, POSSESSION, token.tokenIdentifier);
      // The lock may be lost by now, and the local token may be somebody else's newer one.
      await throwIfLost(lock);
      await this.#storage.uncut(() => this.#removeLocal(name));
    });
    await this.#storage.forget();
  }

  /** Removes the token only here; no error if it is unknown. */
  async removeLocal(name: string): Promise<void> {
    await this.#removeLocal(name);
    await this.#storage.forget();
  }

  async #removeLocal(name: string): Promise<void> {
    await this.#storage.delete(this.#keys.token(name));
    this.#drop(name);
  }

  /** Removes all tokens, only here. */
  async removeAll(): Promise<void> {
    await this.#removeAll();
    await this.#storage.forget();
  }

  async #removeAll(): Promise<void> {
    // Done before the storage, which may fail half way: from here on no header is made with a token that is being
    // removed.
    this.#dropAll();
    await this.#storage.uncut(async () => {
      await this.#records.deleteAll();
    });
    this.#dropAll();
  }

  /** Removes all tokens, only here, if the current activation is this one. */
  async removeAllOf(activationId: string): Promise<void> {
    if ((await this.#session.activation.readActivationId()) === activationId) await this.removeAll();
  }

  /**
   * Removes the tokens here that don't belong to the current activation. The caller must make the storage forget them.
   */
  async removeOrphans(): Promise<void> {
    // Done before the storage, which may fail half way, as in removeAll.
    this.#dropAll();
    const activationId = await this.#session.activation.readActivationId();
    if (activationId === undefined) return this.#removeAll();
    this.#dropAll();
    await this.#records.deleteOthers(activationId);
  }

  /**
   * Call this when somebody else changed a token's record, or any of them if no key is given. Tokens that a header
   * generator holds are read again, the others leave the cache until they are asked for.
   */
  doubt(storageKey?: string): void {
    this.#doubtLoads();
    for (const name of this.#cache.names(storageKey)) {
      const token = this.#cache.get(name);
      if (token === undefined) continue;
      if (!token.isHeld) this.#cache.remove(name, 'removed');
      else void this.#session.during(() => this.#confirm(name, token));
    }
  }

  /** Wipes all key slots for good. */
  close(): void {
    this.#cache.clear('deconfigured');
  }

  /** Keeps a cached token only if the storage still has it; one that was renewed is replaced. */
  async #confirm(name: string, token: CachedToken): Promise<void> {
    // A storage that doesn't reply confirms nothing: no header is better than one of a removed token.
    const record = await this.#records.find(this.#keys.token(name), name).catch(() => undefined);
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
    try {
      this.#session.throwIfClosed();
      this.#session.catchUp();
      return loading.stale ? undefined : this.#cacheToken(name, record);
    } finally {
      wipe(record.tokenSecret);
    }
  }

  /** Puts a record's token into the cache, in the place of the former one. */
  #cacheToken(name: string, record: TokenRecord): CachedToken {
    if (record.formerIdentifier !== undefined) {
      (this.#formers ??= new Map<string, string>()).set(name, record.formerIdentifier);
    }
    return this.#cache.add(name, record, this.#keys.token(name));
  }

  async #request(name: string, authentication: PowerAuthAuthentication, type: string): Promise<TokenFacts> {
    const local = await this.find(name);
    if (local !== undefined) {
      sameFactors(local, type);
      // Of a renewal that was interrupted. If that fails now, it is tried again the next time.
      await this.#removeFormer(name).catch(() => undefined);
      return local;
    }
    return this.#locked(name, async (lock) => {
      // Another tab, worker, process or machine may have created it while this one waited.
      const made = await this.find(name);
      if (made !== undefined) return sameFactors(made, type);
      return this.#make(name, authentication, type, lock);
    });
  }

  async #renew(
    name: string,
    refused: string,
    authentication: PowerAuthAuthentication,
    type: string,
  ): Promise<TokenFacts> {
    const { facts, isNew } = await this.#locked(name, async (lock) => {
      // From the storage: the cache may not have been told yet that another process has renewed it.
      const present = await this.#records.find(this.#keys.token(name), name);
      try {
        if (present !== undefined) sameFactors(present, type);
        if (present !== undefined && present.tokenIdentifier !== refused) {
          return { facts: this.#catchUpWith(name, present), isNew: false };
        }
        if (present?.formerIdentifier !== undefined)
          await this.#removeFormerOf(name, present.formerIdentifier);
        const former = present?.tokenIdentifier;
        return { facts: await this.#make(name, authentication, type, lock, former), isNew: true };
      } finally {
        wipe(present?.tokenSecret);
      }
    });
    // Outside the lock: the others have waited for the new token, which is there. If that fails now, the next request,
    // renewal or removal does it.
    if (isNew) await this.#removeFormer(name).catch(() => undefined);
    return facts;
  }

  /** Uses the token that another process has stored. */
  #catchUpWith(name: string, record: TokenRecord): TokenFacts {
    const cached = this.#cache.get(name);
    if (cached?.tokenIdentifier === record.tokenIdentifier) return cached;
    this.#doubtLoad(name);
    return this.#cacheToken(name, record);
  }

  /** Creates a token, and stores it in the place of the former one, if there is one. */
  async #make(
    name: string,
    authentication: PowerAuthAuthentication,
    type: string,
    lock: PowerAuthStorageLock,
    former?: string,
  ): Promise<TokenFacts> {
    const created = await createToken(this.#session, name, authentication, type);
    try {
      await throwIfLost(lock);
      return await this.#keep(
        name,
        former === undefined ? created : { ...created, formerIdentifier: former },
      );
    } catch (error) {
      await abandonToken(this.#session, this.#records, created);
      throw error;
    } finally {
      wipe(created.tokenSecret);
    }
  }

  /** Removes the former token of a renewed one on the server, if that has not been done. */
  async #removeFormer(name: string): Promise<void> {
    const former = this.#formers?.get(name);
    if (former !== undefined) await this.#removeFormerOf(name, former);
  }

  async #removeFormerOf(name: string, former: string): Promise<void> {
    await removeToken(this.#session, POSSESSION, former);
    await this.#records.forgetFormer(this.#keys.token(name), former);
    if (this.#formers?.get(name) === former) this.#formers.delete(name);
  }

  /** The token is stored, whatever fails afterwards, and the caller is told so. */
  async #keep(name: string, record: TokenRecord): Promise<TokenFacts> {
    return this.#storage.uncut(async () => {
      const key = this.#keys.token(name);
      await this.#records.set(key, record);
      // Read now: a removal deletes the activation before its tokens. So either the removal finds this token, or this
      // read finds the removal.
      const present = await this.#session.activation.readActivationId().catch(() => null);
      const { activationId, tokenIdentifier, signatureType: type } = record;
      if (present !== null && present !== activationId) {
        await this.#records.purge(key, record);
        throw failure(
          PowerAuthErrorCode.OPERATION_CANCELED,
          'The activation was removed while its token was being created',
        );
      }
      if (present !== null && !this.#session.isClosed) {
        // A load in progress may have read the former token.
        this.#doubtLoad(name);
        this.#cacheToken(name, record);
      }
      return { tokenIdentifier, signatureType: type };
    });
  }

  #locked<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    return this.#storage.lock(this.#keys.token(name), section);
  }
}

function sameFactors<T extends Pick<TokenFacts, 'signatureType'>>(token: T, type: string): T {
  if (token.signatureType !== type) throw otherFactors(token.signatureType, type);
  return token;
}
