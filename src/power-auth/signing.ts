/**
 * Signatures, and the password behind them.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import {
  assertBoolean,
  assertOptionalText,
  assertString,
  assertText,
  bodyBytes,
  guard,
  textBytes,
} from '../facade.ts';
import { PowerAuthAuthentication, resolveAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import { assertPassword, PowerAuthPassword, type PasswordType } from '../model/power-auth-password.ts';
import { canonicalQuery } from '../protocol/query.ts';
import { withFactors } from '../session/factors.ts';
import { validatePassword } from '../session/password-check.ts';
import { changePassword, unsafeChangePassword } from '../session/password-change.ts';
import { activatedSession, sessionOf } from '../session/registry.ts';
import { verifyMasterSignature, verifyPersonalSignature } from '../session/server-signature.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { assertWellFormed, isWellFormed, wrongParameter } from '../util/validate.ts';
import { PowerAuthActivationLife } from './activation.ts';

/** The part of {@link PowerAuth} that signs requests and handles passwords; never made by itself. */
export abstract class PowerAuthSigning extends PowerAuthActivationLife {
  /**
   * Signs a GET request. The signature covers the query in a canonical form, so that the order in which the parameters are
   * sent does not matter.
   *
   * Servers with PowerAuth's Spring filter (1.9 and before, at least) decode the query twice, and refuse what is signed by the
   * specification when a name or a value has `%`, `+` or `&` in it, or a name has `=`; and they skip what is sent without a `=`.
   * Everything else is safe. docs/signing.md says what to do about it.
   *
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param params query parameters, decoded: an object of strings, numbers and booleans (undefined and null are left out);
   *   or pairs of name and value, such as URLSearchParams, a Map or an array, where a name occurs more than once
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one, WRONG_PARAMETER for text that is not
   *   well-formed (half of a surrogate pair)
   * @example
   * ```ts
   * const { key, value } = await powerAuth.requestGetSignature(authentication, '/payments', { from: 0, order: 'date' });
   * await fetch('https://bank.example/payments?from=0&order=date', { headers: { [key]: value } });
   * ```
   */
  async requestGetSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    params?: object | null,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return sign(this.instanceId, authentication, 'GET', uriId, () => utf8(canonicalQuery(params)));
  }

  /**
   * Signs a request. The signature counter is advanced and persisted first, so that no value is used twice; the server
   * accepts signed requests only in the order in which they were signed.
   *
   * @param method HTTP method; a GET request has a query in place of a body, which {@link requestGetSignature} signs
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param body exactly as it will be sent: text (in UTF-8), an ArrayBuffer or a view of one, whose bytes are copied; none is
   *   the empty one
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one, WRONG_PARAMETER for a GET request without
   *   a body, and for text that is not well-formed (half of a surrogate pair)
   * @example
   * ```ts
   * const body = JSON.stringify({ amount: '100' });
   * const { key, value } = await powerAuth.requestSignature(authentication, 'POST', '/payment', body);
   * await fetch('https://bank.example/payment', { method: 'POST', body, headers: { [key]: value } });
   * ```
   */
  async requestSignature(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body?: string | ArrayBuffer | ArrayBufferView,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return sign(this.instanceId, authentication, method, uriId, () => {
      const bytes = body === undefined ? new Uint8Array() : bodyBytes(body, 'body');
      if (bytes.length === 0 && method.toUpperCase() === 'GET') throw nothingToSign();
      return bytes;
    });
  }

  /**
   * Signs data that came over another channel, such as a QR code: the user types the signature where they came from. The
   * counter is advanced as for {@link requestSignature}. No request.
   *
   * @param authentication possession and another factor are what servers accept
   * @param uriId identifier of the operation, as client and server agreed on it
   * @param nonce of the offline payload: Base64 of 16 bytes
   * @param body data of the offline payload as text; none is the empty one
   * @returns 8 decimal digits for each factor, joined by `-`
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one, WRONG_PARAMETER for another nonce
   * @example
   * ```ts
   * const code = await powerAuth.offlineSignature(authentication, '/operation/authorize/offline', nonce, data);
   * console.log(code); // 12345678-87654321
   * ```
   */
  async offlineSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    nonce: string,
    body?: string,
  ): Promise<string> {
    return guard(async () => {
      sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      assertText(uriId, 'uriId');
      assertWellFormed(uriId, 'uriId');
      assertOptionalText(body, 'body');
      const request = { uriId, nonce: decodeNonce(nonce), body: textBytes(body ?? '', 'body') };
      const session = await activatedSession(this.instanceId);
      return withFactors(session, resolved, (factors) => session.signer.signOffline(factors, request));
    });
  }

  /**
   * Whether the server signed the data. No request.
   *
   * @param data as text, signed in UTF-8
   * @param signature Base64 of an ECDSA signature (DER, SHA-256)
   * @param masterKey true: by the master server key, of which all activations have the same one; false: by the key that the
   *   server has for this activation alone, and then the answer is false without an activation
   * @example
   * ```ts
   * const genuine = await powerAuth.verifyServerSignedData(payload, signature, false);
   * ```
   */
  async verifyServerSignedData(data: string, signature: string, masterKey: boolean): Promise<boolean> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      assertString(data, 'data');
      assertString(signature, 'signature');
      assertBoolean(masterKey, 'masterKey');
      const bytes = base64Decode(signature);
      // In UTF-8 text that is not well-formed would be other text, which a server may have signed.
      if (bytes === undefined || !isWellFormed(data)) return false;
      const verify = masterKey ? verifyMasterSignature : verifyPersonalSignature;
      return verify(session, utf8(data), bytes);
    });
  }

  /**
   * Lets the server check the password (`/pa/v3/signature/validate`).
   *
   * It is a request and no local gate: nothing here can tell a right password from a wrong one, and the answer is neither
   * signed nor encrypted. Whoever sits between client and server, or in the process, can make it resolve. Let nothing
   * depend on it that the server doesn't check for itself.
   *
   * @throws AUTHENTICATION_ERROR for a wrong one, which costs one attempt; MISSING_ACTIVATION, SIGNATURE_ERROR for one too
   *   short, NETWORK_ERROR, RESPONSE_ERROR
   * @example
   * ```ts
   * await powerAuth.validatePassword('1234');
   * ```
   */
  async validatePassword(password: PasswordType): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertPassword(password, 'password');
      const session = await activatedSession(this.instanceId);
      const authentication = PowerAuthAuthentication.password(password);
      await withFactors(session, authentication, (factors) => validatePassword(session, factors));
    });
  }

  /**
   * Changes the password, after the server has opened the vault for the old one (`/pa/v3/vault/unlock`): an answer that
   * nobody but the server can give. It also proves the key that gets under the new password, so that a wrong old password
   * can't take the place of the right one.
   *
   * @param newPassword at least 4 bytes of UTF-8
   * @throws AUTHENTICATION_ERROR for a wrong old one, which costs one attempt; MISSING_ACTIVATION, SIGNATURE_ERROR for an
   *   old one that is too short, WRONG_PARAMETER for such a new one, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR,
   *   OPERATION_CANCELED when another process changed it meanwhile. Whatever it is, the old password stays
   * @example
   * ```ts
   * await powerAuth.changePassword('1234', '2468');
   * ```
   */
  async changePassword(oldPassword: PasswordType, newPassword: PasswordType): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertPassword(oldPassword, 'oldPassword');
      assertPassword(newPassword, 'newPassword');
      await changePassword(await activatedSession(this.instanceId), oldPassword, newPassword);
    });
  }

  /**
   * Changes the password without asking the server, for when it has just accepted the old one. Nothing here can tell
   * whether the old password is right: a wrong one destroys the knowledge factor for good, and `validatePassword` is no
   * proof where answers can be forged. Prefer {@link changePassword}.
   *
   * @param newPassword at least 4 bytes of UTF-8
   * @returns false when nothing was changed: there is no activation, or a password is too short to be one
   * @throws OPERATION_CANCELED when another process changed it meanwhile; nothing was changed here
   * @example
   * ```ts
   * await powerAuth.validatePassword(oldPassword);
   * await powerAuth.unsafeChangePassword(oldPassword, newPassword);
   * ```
   */
  async unsafeChangePassword(oldPassword: PasswordType, newPassword: PasswordType): Promise<boolean> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      assertPassword(oldPassword, 'oldPassword');
      assertPassword(newPassword, 'newPassword');
      return unsafeChangePassword(session, oldPassword, newPassword);
    });
  }

  /**
   * A password object that is wiped when this instance is deconfigured.
   *
   * @param destroyOnUse wiped after it was used once
   * @param onAutomaticCleanup called when the password is found to have been wiped after 5 minutes of disuse
   * @example
   * ```ts
   * const password = powerAuth.createPassword();
   * await password.addCharacter('1');
   * ```
   */
  createPassword(destroyOnUse = true, onAutomaticCleanup?: () => void): PowerAuthPassword {
    return new PowerAuthPassword(destroyOnUse, onAutomaticCleanup, this.instanceId);
  }
}

// Functions, not private methods: a proxy around the object, as Vue's reactive() makes one, would break those.

async function sign(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  method: string,
  uriId: string,
  body: () => Uint8Array,
): Promise<PowerAuthAuthorizationHttpHeader> {
  return guard(async () => {
    sessionOf(instanceId);
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertText(method, 'method');
    assertText(uriId, 'uriId');
    assertWellFormed(method, 'method');
    assertWellFormed(uriId, 'uriId');
    const request = { method: method.toUpperCase(), uriId, body: body() };
    const session = await activatedSession(instanceId);
    const { header } = await withFactors(session, resolved, (factors) =>
      session.signer.sign(factors, request),
    );
    return header;
  });
}

function nothingToSign(): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    'method: expected one whose requests have a body, got GET without one; call requestGetSignature(authentication, uriId, params), which signs the query, also an empty one',
  );
}

function decodeNonce(nonce: unknown): Uint8Array {
  const bytes = typeof nonce === 'string' ? base64Decode(nonce) : undefined;
  if (bytes?.length === 16) return bytes;
  throw wrongParameter('nonce', 'Base64 of 16 bytes', nonce);
}
