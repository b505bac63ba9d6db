/**
 * Access tokens that the server makes and removes.
 *
 * How a token is made: single flight → lock → look again → sign and encrypt → server → check → storage → key slot.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { signatureType } from '../protocol/signature.ts';
import type { PowerAuthStorageLock } from '../storage/types.ts';
import { throwIfLost } from '../util/abort.ts';
import { wipe } from '../util/bytes.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { CachedToken } from './cached-token.ts';
import { POSSESSION, signatureFactors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import type { RecordKeys } from './record-keys.ts';
import type { SessionStorage } from './session-storage.ts';
import { sameFactors, SharedRequests } from './shared-requests.ts';
import { removeToken } from './signed-requests.ts';
import { abandonToken, createToken } from './token-creation.ts';
import { formersOf, type TokenRecord } from './token-record.ts';
import { TokenRecords } from './token-records.ts';

/** The public data of a token. */
type TokenFacts = Pick<CachedToken, 'tokenIdentifier' | 'signatureType'>;

/** Requests for the tokens of one session. */
export class TokenRequests {
  readonly #session: SessionParts;
  readonly #tokens: AccessTokens;
  #requesting: SharedRequests<TokenFacts> | undefined;
  #renewing: SharedRequests<TokenFacts> | undefined;

  constructor(session: SessionParts, tokens: AccessTokens) {
    this.#session = session;
    this.#tokens = tokens;
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
    if ((await this.#tokens.find(name)) === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_TOKEN,
        'tokenName: there is no local token of this name to remove',
      );
    }
    await this.#locked(name, async (lock) => {
      const token = await this.#tokens.find(name);
      if (token === undefined) return;
      await this.#removeFormers(name);
      await removeToken(this.#session, POSSESSION, token.tokenIdentifier);
      // The lock may be lost by now, and the local token may be somebody else's newer one.
      await throwIfLost(lock);
      await this.#storage.uncut(() => this.#tokens.drop(name));
    });
    await this.#storage.forget();
  }

  async #request(name: string, authentication: PowerAuthAuthentication, type: string): Promise<TokenFacts> {
    const local = await this.#tokens.find(name);
    if (local !== undefined) {
      sameFactors(local, type);
      // Of a renewal that was interrupted. If that fails now, it is tried again the next time.
      await this.#removeFormers(name).catch(() => undefined);
      return local;
    }
    return this.#locked(name, async (lock) => {
      // Another tab, worker, process or machine may have created it while this one waited.
      const made = await this.#tokens.find(name);
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
          return { facts: this.#tokens.take(name, present), isNew: false };
        }
        const made = await this.#make(name, authentication, type, lock, formersOf(present));
        return { facts: made, isNew: true };
      } finally {
        wipe(present?.tokenSecret);
      }
    });
    // Outside the lock: the others have waited for the new token, which is there. If that fails now, the next request,
    // renewal or removal does it.
    if (isNew) await this.#removeFormers(name).catch(() => undefined);
    return facts;
  }

  /** Creates a token, and stores it in the place of the former ones, if there are any. */
  async #make(
    name: string,
    authentication: PowerAuthAuthentication,
    type: string,
    lock: PowerAuthStorageLock,
    formerIdentifiers: readonly string[] = [],
  ): Promise<TokenFacts> {
    const created = await createToken(this.#session, name, authentication, type);
    try {
      // The former ones are removed afterwards, so the server would lose this one.
      if (formerIdentifiers.includes(created.tokenIdentifier)) throw sameToken();
      await throwIfLost(lock);
      const facts = await this.#keep(name, { ...created, formerIdentifiers });
      const action = formerIdentifiers.length === 0 ? ('created' as const) : ('renewed' as const);
      this.#session.tell('token', `token ${action}`, () => ({ action, tokenName: name }));
      return facts;
    } catch (error) {
      await abandonToken(this.#session, this.#records, created);
      throw error;
    } finally {
      wipe(created.tokenSecret);
    }
  }

  /**
   * Removes the former tokens of a renewed one on the server, as far as that has not been done.
   *
   * @throws what the server and the network throw; the next call goes on
   */
  async #removeFormers(name: string): Promise<void> {
    const removed: string[] = [];
    try {
      for (const former of this.#tokens.formers(name)) {
        await removeToken(this.#session, POSSESSION, former);
        removed.push(former);
      }
    } finally {
      if (removed.length > 0) await this.#records.forgetFormers(this.#keys.token(name), removed);
      this.#tokens.forgetFormers(name, removed);
    }
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
      if (present !== null && !this.#session.isClosed) this.#tokens.take(name, record);
      return { tokenIdentifier, signatureType: type };
    });
  }

  #locked<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    return this.#storage.lock(this.#keys.token(name), section);
  }
}

function sameToken(): Error {
  return failure(
    PowerAuthErrorCode.RESPONSE_ERROR,
    'The server answered to the renewal of a token with the refused one; expected another token',
  );
}
