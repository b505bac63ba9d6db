/**
 * Access tokens: small persisted secrets that make a timestamped authorization header for each request.
 *
 * @module
 */

import type { KeySlot } from './hot-path/types.ts';
import type { PowerAuthAuthorizationHttpHeader } from './model/power-auth-authorization-http-header.ts';
import { onLocalTokens } from './power-auth/guard.ts';
import { tokenHeader, tokenNotAvailable, withToken } from './power-auth/local-token.ts';
import { PowerAuthTokenHeaderGenerator } from './power-auth-token-header-generator.ts';
import { TOKEN_HEADER } from './protocol/token.ts';
import { headerIfTimeIsKnown, type CachedToken, type SourceLink } from './session/cached-token.ts';
import { sessionOf } from './session/registry.ts';
import { tokenCache } from './session/token-cache.ts';
import { assertText } from './util/validate.ts';

/**
 * An access token without its secret.
 *
 * @example
 * ```ts
 * const token: PowerAuthToken = await powerAuth.tokenStore.getLocalToken('MyToken');
 * ```
 */
export interface PowerAuthToken {
  /** The name that the application chose. */
  tokenName: string;
  /** Identifier on the server. */
  tokenIdentifier: string;
}

/**
 * The access tokens of one instance that are in its storage: all that headers need. `PowerAuthTokenStore` adds the
 * requests to the server.
 *
 * Every method rejects with INSTANCE_NOT_CONFIGURED before `configure`, with WRONG_PARAMETER for a name that isn't a
 * non-empty string, and with the codes that any method of `PowerAuth` may reject with.
 *
 * @example
 * ```ts
 * const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
 * ```
 */
export class PowerAuthLocalTokenStore {
  // Not a `#` member: a proxy around the object, such as Vue's reactive() creates, would break every method.
  protected readonly instanceId: string;
  // What was found out about the first token that was used, as in most instances the only one: its name, the token, its
  // slot, the source of its headers, and the epoch of the storage. A look-up by names would wait for memory longer than
  // a header takes, among a hundred thousand instances. All of it is doubted: see #headerOfKnown.
  #name: string | undefined;
  #token: CachedToken | undefined;
  #slot: KeySlot | undefined;
  #link: SourceLink | undefined;
  #epoch = 0;

  /** @internal Use `tokenStore` of `PowerAuth` or `PowerAuthTokens`. */
  constructor(instanceId: string) {
    this.instanceId = instanceId;
  }

  /**
   * Whether there is a local token of this name. Makes no request.
   *
   * @example
   * ```ts
   * if (await powerAuth.tokenStore.hasLocalToken('MyToken')) show('No request is needed');
   * ```
   */
  async hasLocalToken(tokenName: string): Promise<boolean> {
    return onLocalTokens(this.instanceId, async ({ tokens }) => {
      assertText(tokenName, 'tokenName');
      return (await tokens.find(tokenName)) !== undefined;
    });
  }

  /**
   * The local token. Makes no request.
   *
   * @throws LOCAL_TOKEN_NOT_AVAILABLE if there is none
   * @example
   * ```ts
   * const { tokenIdentifier } = await powerAuth.tokenStore.getLocalToken('MyToken');
   * ```
   */
  async getLocalToken(tokenName: string): Promise<PowerAuthToken> {
    return onLocalTokens(this.instanceId, async ({ tokens }) => {
      assertText(tokenName, 'tokenName');
      const token = await tokens.find(tokenName);
      if (token === undefined) throw tokenNotAvailable();
      return { tokenName, tokenIdentifier: token.tokenIdentifier };
    });
  }

  /**
   * Removes the token only here; it stays on the server. Makes no request; no error if the token is unknown.
   *
   * @example
   * ```ts
   * await powerAuth.tokenStore.removeLocalToken('MyToken');
   * ```
   */
  async removeLocalToken(tokenName: string): Promise<void> {
    return onLocalTokens(this.instanceId, async (session) => {
      assertText(tokenName, 'tokenName');
      await session.tokens.removeLocal(tokenName);
    });
  }

  /**
   * Removes all tokens of this instance, only here. Makes no request.
   *
   * @example
   * ```ts
   * await powerAuth.tokenStore.removeAllLocalTokens();
   * ```
   */
  async removeAllLocalTokens(): Promise<void> {
    return onLocalTokens(this.instanceId, ({ tokens }) => tokens.removeAll());
  }

  /**
   * A header for one request; it must not be sent twice. From the second call on nothing is read from the storage. A
   * header is made only while the server's time is known; otherwise the server is asked first: before the first header,
   * after a sleep of more than 30 s or another jump of the clocks, and after a day in which it could not be asked.
   *
   * @throws LOCAL_TOKEN_NOT_AVAILABLE if there is no such token; NETWORK_ERROR, RESPONSE_ERROR if the time could not be
   *   synchronised; CANNOT_GENERATE_TOKEN if the application's own clock is wrong
   * @example
   * ```ts
   * const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
   * await fetch(url, { headers: { [key]: value } });
   * ```
   */
  async generateHeaderForToken(tokenName: string): Promise<PowerAuthAuthorizationHttpHeader> {
    // A proxy around this object, such as Vue's, has no private members.
    const known = #token in this ? this.#headerOfKnown(tokenName) : undefined;
    if (known !== undefined) return { key: TOKEN_HEADER, value: known };
    const { instanceId } = this;
    const token =
      tokenCache.expected(instanceId, tokenName) ?? sessionOf(instanceId).tokens.cached(tokenName);
    const value = token?.headerIfTimeIsKnown();
    if (token !== undefined && value !== undefined) {
      if (#token in this) this.#know(token);
      return { key: TOKEN_HEADER, value };
    }
    const find = () => onLocalTokens(instanceId, (session) => tokenHeader(session, tokenName));
    return token === undefined ? enterLoads(instanceId, find) : find();
  }

  /** A header of the known token, if it is the one that is asked for, and nothing has happened to it. */
  #headerOfKnown(tokenName: string): string | undefined {
    const token = this.#token;
    const slot = this.#slot;
    const source = this.#link?.source;
    if (token === undefined || slot === undefined || source === undefined) return undefined;
    if (this.#name !== tokenName || source.hub.epoch !== this.#epoch) return undefined;
    // The slot knows whether the token has ended, and lies nearer than the token.
    if (!source.engine.isOf(slot, token)) return undefined;
    if (tokenCache.isHalfFull) token.wasUsed = true;
    return headerIfTimeIsKnown(source, slot, token);
  }

  /** Takes another token for the known one, unless that is still good. */
  #know(token: CachedToken): void {
    const source = this.#link?.source;
    if (this.#token !== undefined && this.#slot !== undefined && source?.hub.epoch === this.#epoch) {
      if (source.engine.isOf(this.#slot, this.#token)) return;
    }
    const found = token.session?.source;
    if (found === undefined) return;
    this.#name = token.name;
    this.#token = token;
    this.#slot = token.slot;
    this.#link = found.link;
    this.#epoch = found.hub.epoch;
  }

  /**
   * For hot loops: an object that makes headers without a promise. Release it when it is no longer needed.
   *
   * @throws the same as {@link generateHeaderForToken}
   * @example
   * ```ts
   * const generator = await powerAuth.tokenStore.headerGenerator('MyToken');
   * for (const request of requests) request.headers.set(generator.key, generator.next());
   * generator.release();
   * ```
   */
  async headerGenerator(tokenName: string): Promise<PowerAuthTokenHeaderGenerator> {
    const { instanceId } = this;
    return enterLoads(instanceId, () =>
      onLocalTokens(instanceId, (session) =>
        withToken(session, tokenName, (token) => new PowerAuthTokenHeaderGenerator(session, token)),
      ),
    );
  }
}

/** Makes a call that may load a token: at its turn, where very many are made at once. */
function enterLoads<T>(instanceId: string, call: () => Promise<T>): Promise<T> {
  return sessionOf(instanceId).settings.hub.loads.enter(call);
}
