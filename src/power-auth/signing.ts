/**
 * Signatures, and the password behind them.
 *
 * @module
 */

import { assertOptionalText, assertText, guard } from '../facade.ts';
import { PowerAuthAuthentication, resolveAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import { assertPassword, PowerAuthPassword, type PasswordType } from '../model/power-auth-password.ts';
import { canonicalQuery, type QueryParameters } from '../protocol/query.ts';
import { activatedSession, sessionOf } from '../session/registry.ts';
import { validateSignature } from '../session/signed-requests.ts';
import { utf8 } from '../util/bytes.ts';
import { PowerAuthActivationLife } from './activation.ts';

/** The part of {@link PowerAuth} that signs requests and handles passwords; never made by itself. */
export abstract class PowerAuthSigning extends PowerAuthActivationLife {
  /**
   * Signs a GET request.
   *
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param params query parameters, or undefined
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one
   */
  async requestGetSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    params?: QueryParameters,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return this.#sign(authentication, 'GET', uriId, () => canonicalQuery(params));
  }

  /**
   * Signs a request. The signature counter is advanced and persisted first, so that no value is used twice; the server
   * accepts signed requests only in the order in which they were signed.
   *
   * @param method HTTP method
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param body the body as text, exactly as it will be sent in UTF-8; none is the empty one
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one
   */
  async requestSignature(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body?: string,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return this.#sign(authentication, method, uriId, () => {
      assertOptionalText(body, 'body');
      return body ?? '';
    });
  }

  /**
   * Lets the server check the password (`/pa/v3/signature/validate`).
   *
   * @throws AUTHENTICATION_ERROR for a wrong one, which costs one attempt; MISSING_ACTIVATION,
   *   SIGNATURE_ERROR for one too short, NETWORK_ERROR, RESPONSE_ERROR
   */
  async validatePassword(password: PasswordType): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertPassword(password, 'password');
      await validateSignature(
        await activatedSession(this.instanceId),
        PowerAuthAuthentication.password(password),
      );
    });
  }

  /**
   * A password object that is wiped when this instance is deconfigured.
   *
   * @param destroyOnUse wiped after it was used once
   * @param onAutomaticCleanup called when the password is found to have been wiped after 5 minutes of disuse
   */
  createPassword(destroyOnUse = true, onAutomaticCleanup?: () => void): PowerAuthPassword {
    return new PowerAuthPassword(destroyOnUse, onAutomaticCleanup, this.instanceId);
  }

  async #sign(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body: () => string,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return guard(async () => {
      sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      assertText(method, 'method');
      assertText(uriId, 'uriId');
      const text = body();
      const { signer } = await activatedSession(this.instanceId);
      return signer.sign(resolved, { method: method.toUpperCase(), uriId, body: utf8(text) });
    });
  }
}
