/**
 * Access tokens with the requests that create, renew and remove them.
 *
 * @module
 */

import { PowerAuthErrorCode } from './errors.ts';
import type { PowerAuthHttpHeader } from './model/power-auth-client-configuration.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from './model/power-auth-authentication.ts';
import { PowerAuthLocalTokenStore, type PowerAuthToken } from './power-auth-local-token-store.ts';
import { onSession } from './power-auth/on-session.ts';
import { named } from './power-auth/signing.ts';
import { assertText, check } from './util/validate.ts';
import * as s from './util/schema.ts';

const renewalSchema = s.object({
  refused: s.text(/./su, 'a non-empty string'),
  authentication: s.unknown,
});

/**
 * The access tokens of one instance, at `powerAuth.tokenStore`. Token names are non-empty strings of any Unicode text;
 * two instances may use the same name for different tokens. Tokens are persisted, and removed when the activation is
 * lost.
 *
 * Every method rejects with INSTANCE_NOT_CONFIGURED before `configure`, with WRONG_PARAMETER for a name that isn't a
 * non-empty string, and with the codes that any method of {@link PowerAuth} may reject with.
 *
 * @example
 * ```ts
 * await powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.possession());
 * const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
 * ```
 */
export class PowerAuthTokenStore extends PowerAuthLocalTokenStore {
  /**
   * Returns the local token of this name, or a new one from the server (`/pa/v3/token/create`). Concurrent calls with
   * one name, including those in other processes that share the storage, lead to one token.
   *
   * @param authentication the factors that the token represents from then on
   * @throws MISSING_ACTIVATION, WRONG_PARAMETER if the token has other factors, AUTHENTICATION_ERROR for a wrong
   *   password, which costs one attempt, or a blocked activation; SIGNATURE_ERROR for a password that is too short,
   *   NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR; CANNOT_GENERATE_TOKEN if there is no memory for another token
   * @example
   * ```ts
   * const token = await powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.possession());
   * const { key, value } = await powerAuth.tokenStore.generateHeaderForToken(token.tokenName);
   * await fetch(url, { headers: { [key]: value } });
   * ```
   */
  async requestAccessToken(
    tokenName: string,
    authentication: PowerAuthAuthentication,
  ): Promise<PowerAuthToken> {
    return onSession(this.instanceId, async (session) => {
      assertText(tokenName, 'tokenName');
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      await session.requireActivation();
      const { tokenIdentifier } = await session.tokenRequests.request(tokenName, resolved);
      return { tokenName, tokenIdentifier };
    });
  }

  /**
   * Replaces a token whose header the server has refused: the local token if it still is the refused one, by a new one
   * from the server (`/pa/v3/token/create`). Otherwise somebody else was faster, and the local token is returned. So
   * any number of calls that were refused with one token, in any number of processes that share the storage, lead to
   * one new token. If there is no local token any more, a new one is requested.
   *
   * Header generators go on with the new token, in other processes as soon as they are told (within a second). The old
   * token is removed on the server (`/pa/v3/token/remove`), in case it still exists there. If that fails, it is done by
   * the next call that requests, renews or removes a token of this name.
   *
   * A header may also be refused because of the time, or because its token has too few factors. A new token helps
   * against neither.
   *
   * @param renewal `refused`: identifier of the token that was refused, which is in the header as `token_id`;
   *   `authentication`: the same factors as before
   * @throws what {@link requestAccessToken} throws; the local token stays then
   * @example
   * ```ts
   * const { tokenIdentifier } = await powerAuth.tokenStore.getLocalToken('MyToken');
   * const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
   * const response = await fetch(url, { headers: { [key]: value } });
   * if (response.status === 401) {
   *   const authentication = PowerAuthAuthentication.possession();
   *   await powerAuth.tokenStore.renewAccessToken('MyToken', { refused: tokenIdentifier, authentication });
   * }
   * ```
   */
  async renewAccessToken(
    tokenName: string,
    renewal: {
      /** Identifier of the token that was refused. */
      readonly refused: string;
      /** The factors of the token. */
      readonly authentication: PowerAuthAuthentication;
    },
  ): Promise<PowerAuthToken> {
    return onSession(this.instanceId, async (session) => {
      assertText(tokenName, 'tokenName');
      const { refused, authentication } = check(
        renewalSchema,
        renewal,
        'renewal',
        PowerAuthErrorCode.WRONG_PARAMETER,
      );
      const resolved = resolveAuthentication(authentication, 'renewal.authentication', { commit: false });
      await session.requireActivation();
      const { tokenIdentifier } = await session.tokenRequests.renew(tokenName, refused, resolved);
      return { tokenName, tokenIdentifier };
    });
  }

  /**
   * Removes the token on the server (`/pa/v3/token/remove`), then here. If the server doesn't confirm, the local token
   * stays and the call can be repeated.
   *
   * @throws INVALID_TOKEN if there is none, MISSING_ACTIVATION, AUTHENTICATION_ERROR, NETWORK_ERROR, RESPONSE_ERROR
   * @example
   * ```ts
   * await powerAuth.tokenStore.removeAccessToken('MyToken');
   * ```
   */
  async removeAccessToken(tokenName: string): Promise<void> {
    return onSession(this.instanceId, async (session) => {
      assertText(tokenName, 'tokenName');
      await session.requireActivation();
      await session.tokenRequests.remove(tokenName);
    });
  }

  /**
   * The same as {@link generateHeaderForToken}, in the form of the React Native SDK 5.0.
   *
   * @throws the same as {@link generateHeaderForToken}
   * @example
   * ```ts
   * const { name, value } = await powerAuth.tokenStore.generateAuthenticationHeader('MyToken');
   * await fetch(url, { headers: { [name]: value } });
   * ```
   */
  generateAuthenticationHeader(tokenName: string): Promise<PowerAuthHttpHeader> {
    return named(this.generateHeaderForToken(tokenName));
  }
}
