/**
 * The PowerAuth client: one activation, its signatures and its tokens.
 *
 * @module
 */

import type { PowerAuthBiometricPrompt } from './biometry/power-auth-biometric-prompt.ts';
import type { PowerAuthBiometryInfo } from './biometry/power-auth-biometry-info.ts';
import type { PowerAuthActivationDetail } from './model/power-auth-activation-detail.ts';
import type { PowerAuthActivationStatus } from './model/power-auth-activation-status.ts';
import type { PowerAuthActivation } from './model/power-auth-activation.ts';
import type { PowerAuthAuthentication } from './model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from './model/power-auth-authorization-http-header.ts';
import type { PowerAuthConfirmRecoveryCodeDataResult } from './model/power-auth-confirm-recovery-code-data-result.ts';
import type {
  PowerAuthCreateActivationResult,
  PowerAuthRecoveryActivationData,
} from './model/power-auth-create-activation-result.ts';
import type { PowerAuthDataFormat, PowerAuthEncryptor } from './model/power-auth-encryptor.ts';
import type { PowerAuthExternalPendingOperation } from './model/power-auth-external-pending-operation.ts';
import { PowerAuthPassword, type PasswordType } from './model/power-auth-password.ts';
import type { PowerAuthSignedRequest } from './model/power-auth-signed-request.ts';
import type { PowerAuthUserInfo } from './model/power-auth-user-info.ts';
import * as account from './power-auth/account.ts';
import * as life from './power-auth/activation.ts';
import * as biometry from './power-auth/biometry.ts';
import { Encryptor } from './power-auth/encryptor.ts';
import { PowerAuthNewerNames } from './power-auth/newer-names.ts';
import { onSession } from './power-auth/on-session.ts';
import * as passwords from './power-auth/passwords.ts';
import * as recovery from './power-auth/recovery.ts';
import * as signing from './power-auth/signing.ts';
import * as vault from './power-auth/vault.ts';
import { withSignature } from './power-auth/with-signature.ts';

/**
 * A PowerAuth client. Objects with one `instanceId` are the same client: configuration, activation and tokens are shared.
 *
 * Any method may reject with these codes, which its own description leaves out:
 *
 * - INSTANCE_NOT_CONFIGURED before `configure` and after `deconfigure`
 * - WRONG_PARAMETER for parameters of a wrong type, form or length; nothing was sent or changed
 * - OPERATION_CANCELED when it was abandoned: the instance was deconfigured, the activation was removed or replaced in
 *   the meantime, or a lock was lost during a long sleep
 * - INVALID_ACTIVATION_DATA if the stored data can't be read
 * - INVALID_NATIVE_OBJECT for a password, an authentication object or a storage that is used up, released or closed
 * - UNKNOWN_ERROR if the storage or one of the application's own functions fails
 *
 * Methods that take an authentication object with biometry also reject with the codes that begin with BIOMETRY_; those
 * that send something encrypted with CANNOT_GENERATE_TOKEN, if the application's own `clientConfiguration.clock` is
 * wrong. docs/errors.md says when each code occurs, and what to do.
 *
 * @example
 * ```ts
 * const powerAuth = new PowerAuth('my-app');
 * await powerAuth.configure(new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, url));
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'My laptop'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * ```
 */
export class PowerAuth extends PowerAuthNewerNames {
  /**
   * Whether there is a committed activation. Makes no request.
   *
   * @example
   * ```ts
   * const screen = (await powerAuth.hasValidActivation()) ? 'login' : 'activation';
   * ```
   */
  hasValidActivation(): Promise<boolean> {
    return life.hasValidActivation(this.instanceId);
  }

  /**
   * Whether `createActivation` may be called: there is no activation and none is in progress. Makes no request.
   *
   * @example
   * ```ts
   * if (!(await powerAuth.canStartActivation())) await powerAuth.removeActivationLocal();
   * ```
   */
  canStartActivation(): Promise<boolean> {
    return life.canStartActivation(this.instanceId);
  }

  /**
   * Whether an activation is being created or waits for its commit. Makes no request.
   *
   * @example
   * ```ts
   * const screen = (await powerAuth.hasPendingActivation()) ? 'choose a PIN' : 'enter the code';
   * ```
   */
  hasPendingActivation(): Promise<boolean> {
    return life.hasPendingActivation(this.instanceId);
  }

  /**
   * The identifier of the activation, even if it waits for its commit; undefined without one. Makes no request.
   *
   * @example
   * ```ts
   * show(await powerAuth.getActivationIdentifier()); // 'e43f5f99-e2e9-49f2-bcae-5e32a5e96d22'
   * ```
   */
  getActivationIdentifier(): Promise<string | undefined> {
    return life.getActivationIdentifier(this.instanceId);
  }

  /**
   * The fingerprint of the activation (8 digits), even if it waits for its commit; undefined without one. Makes no
   * request.
   *
   * @example
   * ```ts
   * show(await powerAuth.getActivationFingerprint()); // '20241984'
   * ```
   */
  getActivationFingerprint(): Promise<string | undefined> {
    return life.getActivationFingerprint(this.instanceId);
  }

  /**
   * Asks the server for the activation's state (`/pa/v3/activation/status`), and realigns the signature counters if
   * they have drifted apart. An activation that turns out to be REMOVED loses its tokens here. If the local counter was
   * behind the server's, as that of a record that was put back is, `localCounterBehind` reports it once.
   *
   * @throws MISSING_ACTIVATION; PENDING_ACTIVATION if one waits for its commit; INVALID_ACTIVATION_DATA if the server
   *   does not know the activation; NETWORK_ERROR, RESPONSE_ERROR; AUTHENTICATION_ERROR if the server refuses the
   *   signature by which its counter catches up, because the activation was blocked or removed at that moment
   * @example
   * ```ts
   * const { state, remainingAttempts } = await powerAuth.fetchActivationStatus();
   * if (state === PowerAuthActivationState.BLOCKED) show('Call the bank');
   * else show(`${remainingAttempts} attempts left`);
   * ```
   */
  fetchActivationStatus(): Promise<PowerAuthActivationStatus> {
    return life.fetchActivationStatus(this.instanceId);
  }

  /**
   * Exchanges keys with the server (`/pa/v3/activation/create`). The activation is kept in memory until
   * `commitActivation`; if this call fails, nothing of it is left here.
   *
   * @param activation created by `PowerAuthActivation.createWithActivationCode`, `createWithRecoveryCode`,
   *   `createWithIdentityAttributes` or `createWithOIDCParameters`
   * @returns the fingerprint; recovery code and PUK if the server issues them, to be shown once; the enrollment
   *   server's custom attributes and claims about the user, if it sends them
   * @throws INVALID_ACTIVATION_STATE if there is an activation; INVALID_ACTIVATION_OBJECT, INVALID_ACTIVATION_CODE,
   *   INVALID_RECOVERY_CODE (also for the PUK) for malformed values; INVALID_ACTIVATION_DATA for a code with a forged
   *   signature, no identity attributes, or a one-time password without an activation code; NETWORK_ERROR,
   *   ENCRYPTION_ERROR, OPERATION_CANCELED; RESPONSE_ERROR if the server refuses, after a wrong PUK with
   *   `errorData.currentRecoveryPukIndex`
   * @example
   * ```ts
   * const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'My laptop');
   * const { activationFingerprint } = await powerAuth.createActivation(activation);
   * show(activationFingerprint); // the user compares it with what the bank shows
   * ```
   */
  createActivation(activation: PowerAuthActivation): Promise<PowerAuthCreateActivationResult> {
    return life.createActivation(this.instanceId, activation);
  }

  /**
   * Persists the activation, with its knowledge factor under the password. If the authentication has a biometry factor,
   * that is set up as well, and the user is asked for it. If this fails, the activation still waits for its commit.
   *
   * @param authentication created by `PowerAuthAuthentication.commitWithPassword` or `commitWithPasswordAndBiometry`,
   *   or any other one with a password; the password has at least 4 bytes of UTF-8
   * @throws INVALID_ACTIVATION_STATE if no activation waits for its commit, WRONG_PARAMETER; with biometry
   *   BIOMETRY_NOT_SUPPORTED, BIOMETRY_CANCEL and similar codes, and OPERATION_CANCELED if the activation was removed
   *   while the user was being asked
   * @example
   * ```ts
   * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
   * ```
   */
  commitActivation(authentication: PowerAuthAuthentication): Promise<void> {
    return life.commitActivation(this.instanceId, authentication);
  }

  /**
   * Removes the activation on the server (`/pa/v3/activation/remove`), then here with all its tokens. In between the
   * server is asked for the status (`/pa/v3/activation/status`): only a REMOVED that is encrypted under a key of the
   * activation proves that it is gone there. Without that proof everything stays here; `fetchActivationStatus` tells
   * the state later, and `removeActivationLocal` removes what is left.
   *
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR; RESPONSE_ERROR, also if an answer said that it was removed and the server
   *   still has it; INVALID_ACTIVATION_DATA if the status can't be read
   * @example
   * ```ts
   * await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password('1234'));
   * ```
   */
  removeActivationWithAuthentication(authentication: PowerAuthAuthentication): Promise<void> {
    return life.removeActivationWithAuthentication(this.instanceId, authentication);
  }

  /**
   * Removes the activation and its tokens only here, even if it waits for its commit. The server is not notified.
   *
   * @example
   * ```ts
   * await powerAuth.removeActivationLocal();
   * ```
   */
  removeActivationLocal(): Promise<void> {
    return life.removeActivationLocal(this.instanceId);
  }

  /**
   * Whether a scanned activation code is well formed and carries a signature by the master server key. Makes no
   * request.
   *
   * @param activationCode `AAAAA-BBBBB-CCCCC-DDDDD#…`, as in a QR code; returns false without `#` and signature
   * @example
   * ```ts
   * if (!(await powerAuth.verifyScannedActivationCode(scannedText))) show('This code is not from the bank');
   * ```
   */
  verifyScannedActivationCode(activationCode: string): Promise<boolean> {
    return life.verifyScannedActivationCode(this.instanceId, activationCode);
  }

  /**
   * iOS only: what another application that shares the activation is doing. Always undefined here, because there is no
   * such application.
   *
   * @example
   * ```ts
   * await powerAuth.getExternalPendingOperation(); // undefined
   * ```
   */
  getExternalPendingOperation(): Promise<PowerAuthExternalPendingOperation | undefined> {
    return onSession(this.instanceId, () => undefined);
  }

  /**
   * Signs a GET request. The signature covers the query in a canonical form, so the order in which the parameters are
   * sent does not matter.
   *
   * Servers with PowerAuth's Spring filter (1.9 and before, at least) decode the query twice. They refuse a signature
   * made by the specification if a name or a value contains `%`, `+` or `&`, or a name contains `=`, and they skip
   * names sent without a `=`. Everything else is safe. docs/signing.md says what to do about it.
   *
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param params query parameters, decoded: an object of strings, numbers and booleans (undefined and null are left
   *   out); or pairs of name and value, such as URLSearchParams, a Map or an array, if a name occurs more than once
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password that is too short, WRONG_PARAMETER for text that is not
   *   well-formed (half of a surrogate pair)
   * @example
   * ```ts
   * const { key, value } = await powerAuth.requestGetSignature(authentication, '/payments', { from: 0, order: 'date' });
   * await fetch('https://bank.example/payments?from=0&order=date', { headers: { [key]: value } });
   * ```
   */
  requestGetSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    params?: object | null,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return signing.requestGetSignature(this.instanceId, authentication, uriId, params);
  }

  /**
   * Signs a request. The signature counter is advanced and persisted first, so no value is used twice; the server
   * accepts signed requests only in the order in which they were signed. If more than one may be on its way at a time,
   * use {@link withSignature}.
   *
   * @param method HTTP method; a GET request has a query instead of a body, which {@link requestGetSignature} signs
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param body exactly as it will be sent: text (in UTF-8), an ArrayBuffer or a view of one, whose bytes are copied;
   *   default: an empty body
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password that is too short, WRONG_PARAMETER for a GET request
   *   without a body, and for text that is not well-formed (half of a surrogate pair)
   * @example
   * ```ts
   * const body = JSON.stringify({ amount: '100' });
   * const { key, value } = await powerAuth.requestSignature(authentication, 'POST', '/payment', body);
   * await fetch('https://bank.example/payment', { method: 'POST', body, headers: { [key]: value } });
   * ```
   */
  requestSignature(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body?: string | ArrayBuffer | ArrayBufferView,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return signing.requestSignature(this.instanceId, authentication, method, uriId, body);
  }

  /**
   * Signs a request when its turn has come, has it sent, and lets the next signed request go on once the answer is
   * there. The server accepts signed requests only in the order of their signatures, so requests at the same time must
   * take turns: with all others of this activation, in this process and in every other that shares the storage, and
   * with those that this package sends itself. Requests signed by {@link requestSignature} don't take part.
   *
   * `send` is called once with the header, and returns a promise that settles when the head of the answer has arrived,
   * as that of `fetch` does; the body may take its time. If that takes longer than
   * `clientConfiguration.connectionTimeout`, the call rejects with NETWORK_ERROR and the next request goes on. `send`
   * must not call a method that sends a signed request itself: that would wait for its own turn.
   *
   * @param authentication the factors; a PowerAuthPassword that is wiped by one use serves one call
   * @param request what is signed
   * @param send gets the header, and a signal that is aborted when the call is abandoned: pass it to `fetch`
   * @returns what `send` returned. If that is the status 401 or an answer with it, or `send` throws such an error, and
   *   the storage is on servers, the counter is moved forward before the next turn if a failover set it back
   * @throws What `send` and `request.body` throw, unchanged, and the reason of `request.signal`. MISSING_ACTIVATION,
   *   SIGNATURE_ERROR for a password that is too short, NETWORK_ERROR for an answer that is too late,
   *   OPERATION_CANCELED if the instance was deconfigured or the turn was lost during a long sleep; in that case
   *   nobody knows whether the server has accepted the request. A 401 after the turn was lost is OPERATION_CANCELED,
   *   too: it says nothing about the password
   * @example
   * ```ts
   * const body = JSON.stringify({ amount: '100' });
   * const response = await powerAuth.withSignature(
   *   PowerAuthAuthentication.password('1234'),
   *   { method: 'POST', uriId: '/payment', body },
   *   ({ key, value }, signal) =>
   *     fetch('https://bank.example/payment', { method: 'POST', body, headers: { [key]: value }, signal }),
   * );
   * console.log(response.status);
   * ```
   */
  withSignature<T>(
    authentication: PowerAuthAuthentication,
    request: PowerAuthSignedRequest,
    send: (header: PowerAuthAuthorizationHttpHeader, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    return withSignature(this.instanceId, authentication, request, send);
  }

  /**
   * Signs data from another channel, such as a QR code: the user types the signature where the data came from. The
   * counter is advanced as for {@link requestSignature}. Makes no request.
   *
   * @param authentication servers accept possession and another factor
   * @param uriId identifier of the operation, as client and server agreed on it
   * @param nonce of the offline payload: Base64 of 16 bytes
   * @param body data of the offline payload as text; default: empty
   * @returns 8 decimal digits for each factor, or as many as the configuration says, joined by `-`
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password that is too short, WRONG_PARAMETER for an invalid nonce
   * @example
   * ```ts
   * const code = await powerAuth.offlineSignature(authentication, '/operation/authorize/offline', nonce, data);
   * console.log(code); // 12345678-87654321
   * ```
   */
  offlineSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    nonce: string,
    body?: string,
  ): Promise<string> {
    return signing.offlineSignature(this.instanceId, authentication, uriId, nonce, body);
  }

  /**
   * Whether the server signed the data. Makes no request.
   *
   * @param data as text, signed in UTF-8
   * @param signature Base64 of an ECDSA signature (DER, SHA-256)
   * @param masterKey true: by the master server key, which is the same for all activations; false: by the server's key
   *   for this activation only, in which case the result is false without an activation
   * @example
   * ```ts
   * const genuine = await powerAuth.verifyServerSignedData(payload, signature, false);
   * ```
   */
  verifyServerSignedData(data: string, signature: string, masterKey: boolean): Promise<boolean> {
    return signing.verifyServerSignedData(this.instanceId, data, signature, masterKey);
  }

  /**
   * Lets the server check the password (`/pa/v3/signature/validate`).
   *
   * Don't use it as a local gate: nothing here can tell a right password from a wrong one, and the answer is neither
   * signed nor encrypted. An attacker between client and server, or in the process, can make it resolve. Let nothing
   * depend on it unless the server checks that for itself.
   *
   * @throws AUTHENTICATION_ERROR for a wrong one, which costs one attempt; MISSING_ACTIVATION, SIGNATURE_ERROR for one
   *   that is too short, NETWORK_ERROR, RESPONSE_ERROR
   * @example
   * ```ts
   * await powerAuth.validatePassword('1234');
   * ```
   */
  validatePassword(password: PasswordType): Promise<void> {
    return passwords.validatePassword(this.instanceId, password);
  }

  /**
   * Changes the password, after the server has opened the vault for the old one (`/pa/v3/vault/unlock`): an answer that
   * only the server can produce. It also proves the key that is wrapped under the new password, so a wrong old password
   * can't replace the right one.
   *
   * @param newPassword at least 4 bytes of UTF-8
   * @throws AUTHENTICATION_ERROR for a wrong old one, which costs one attempt; MISSING_ACTIVATION, SIGNATURE_ERROR for
   *   an old one that is too short, WRONG_PARAMETER for a new one that is, NETWORK_ERROR, RESPONSE_ERROR,
   *   ENCRYPTION_ERROR, OPERATION_CANCELED if another process changed it in the meantime. In every case the old
   *   password stays
   * @example
   * ```ts
   * await powerAuth.changePassword('1234', '2468');
   * ```
   */
  changePassword(oldPassword: PasswordType, newPassword: PasswordType): Promise<void> {
    return passwords.changePassword(this.instanceId, oldPassword, newPassword);
  }

  /**
   * Changes the password without asking the server, for cases where the server has just accepted the old one. Nothing
   * here can tell whether the old password is right: a wrong one destroys the knowledge factor for good, and
   * `validatePassword` proves nothing if answers can be forged. Prefer {@link changePassword}.
   *
   * @param newPassword at least 4 bytes of UTF-8
   * @returns false if nothing was changed because there is no activation, or a password is too short
   * @throws OPERATION_CANCELED if another process changed it in the meantime; nothing was changed here
   * @example
   * ```ts
   * await powerAuth.validatePassword(oldPassword);
   * await powerAuth.unsafeChangePassword(oldPassword, newPassword);
   * ```
   */
  unsafeChangePassword(oldPassword: PasswordType, newPassword: PasswordType): Promise<boolean> {
    return passwords.unsafeChangePassword(this.instanceId, oldPassword, newPassword);
  }

  /**
   * A password object that is wiped when this instance is deconfigured.
   *
   * @param destroyOnUse whether to wipe it after one use
   * @param onAutomaticCleanup called when the password turns out to have been wiped after 5 minutes of disuse
   * @example
   * ```ts
   * const password = powerAuth.createPassword();
   * await password.addCharacter('1');
   * ```
   */
  createPassword(destroyOnUse = true, onAutomaticCleanup?: () => void): PowerAuthPassword {
    return new PowerAuthPassword(destroyOnUse, onAutomaticCleanup, this.instanceId);
  }

  /**
   * Adds a biometry factor to the activation, or replaces the existing one. The server unlocks the vault so that the
   * key can be derived (`/pa/v3/vault/unlock`); then the user is asked. If this fails, an existing factor stays as it
   * was.
   *
   * In browsers call it from a click or a key press: otherwise some open no dialog for a passkey.
   *
   * @param password of the knowledge factor
   * @param prompt the text for the user, if the platform shows an application's text; browsers don't
   * @throws MISSING_ACTIVATION; BIOMETRY_NOT_SUPPORTED, BIOMETRY_NOT_ENROLLED, BIOMETRY_NOT_AVAILABLE, BIOMETRY_LOCKOUT
   *   before anything is sent; AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR; BIOMETRY_CANCEL and similar codes if the
   *   user was not authenticated; OPERATION_CANCELED if the activation was removed in the meantime
   * @example
   * ```ts
   * await powerAuth.addBiometryFactor('1234', { promptMessage: 'Please allow biometric authentication' });
   * ```
   */
  addBiometryFactor(password: PasswordType, prompt?: PowerAuthBiometricPrompt): Promise<void>;
  /**
   * The same, with the prompt in two strings.
   *
   * @deprecated Pass a {@link PowerAuthBiometricPrompt}.
   */
  addBiometryFactor(password: PasswordType, title: string, description: string): Promise<void>;
  addBiometryFactor(
    password: PasswordType,
    prompt?: PowerAuthBiometricPrompt | string,
    description?: string,
  ): Promise<void> {
    return biometry.addBiometryFactor(this.instanceId, password, prompt, description);
  }

  /**
   * Whether the activation has a biometry factor; false without an activation. Makes no request, and doesn't ask the
   * user: whether the passkey behind it still exists only shows when it is used.
   *
   * @example
   * ```ts
   * submit.hidden = !(await powerAuth.hasBiometryFactor());
   * ```
   */
  hasBiometryFactor(): Promise<boolean> {
    return biometry.hasBiometryFactor(this.instanceId);
  }

  /**
   * Removes the biometry factor, only here: the server doesn't track it. If the browser supports it, the platform is
   * told that the passkey is no longer used.
   *
   * @throws BIOMETRY_NOT_CONFIGURED if there is none, also without an activation
   * @example
   * ```ts
   * await powerAuth.removeBiometryFactor();
   * ```
   */
  removeBiometryFactor(): Promise<void> {
    return biometry.removeBiometryFactor(this.instanceId);
  }

  /**
   * Which biometric authentication is available, and whether it can be used now. Doesn't ask the user.
   *
   * @example
   * ```ts
   * const { canAuthenticate } = await powerAuth.getBiometryInfo();
   * if (canAuthenticate === PowerAuthBiometryStatus.NOT_ENROLLED) show('Set up a fingerprint first');
   * ```
   */
  getBiometryInfo(): Promise<PowerAuthBiometryInfo> {
    return onSession(this.instanceId, (session) => session.biometry.info());
  }

  /**
   * Asks the user once for several calls. The callback's object provides the factors without asking again, until the
   * promise that the callback returns is settled, or the object has not been used for 5 minutes. Then its key is wiped,
   * and calls reject with INVALID_NATIVE_OBJECT.
   *
   * Don't use the object after a 401: each call with a factor that the server refuses costs one attempt.
   *
   * @param authentication with the biometry factor; this call doesn't use it up
   * @param groupedAuthenticationCalls the work done with the object
   * @throws MISSING_ACTIVATION, BIOMETRY_NOT_CONFIGURED, BIOMETRY_CANCEL and similar codes; WRONG_PARAMETER for an
   *   authentication without biometry; what the callback throws, as the `cause` of a PowerAuthError, with its code if
   *   it has one
   * @example
   * ```ts
   * const authentication = PowerAuthAuthentication.biometry({ promptMessage: 'Please approve both' });
   * await powerAuth.groupedBiometricAuthentication(authentication, async (reusable) => {
   *   const first = await powerAuth.requestSignature(reusable, 'POST', '/first', body);
   *   await fetch(`${url}/first`, { method: 'POST', body, headers: { [first.key]: first.value } });
   *   const second = await powerAuth.requestSignature(reusable, 'POST', '/second', body);
   *   await fetch(`${url}/second`, { method: 'POST', body, headers: { [second.key]: second.value } });
   * });
   * ```
   */
  groupedBiometricAuthentication(
    authentication: PowerAuthAuthentication,
    groupedAuthenticationCalls: (reusableAuthentication: PowerAuthAuthentication) => Promise<void>,
  ): Promise<void> {
    return biometry.groupedBiometricAuthentication(
      this.instanceId,
      authentication,
      groupedAuthenticationCalls,
    );
  }

  /**
   * An encryptor for requests between this application and the server, with or without an activation. It may be
   * obtained before `configure`, and remains usable after `deconfigure` and another `configure`.
   *
   * @example
   * ```ts
   * const { cryptogram, header, decryptor } = await powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
   * ```
   */
  getEncryptorForApplicationScope(): PowerAuthEncryptor {
    return new Encryptor('APPLICATION', this.instanceId);
  }

  /**
   * An encryptor for requests between this activation and the server. It may be obtained at any time, and encrypts
   * while there is an activation.
   *
   * @example
   * ```ts
   * const { cryptogram, header, decryptor } = await powerAuth.getEncryptorForActivationScope().encryptRequest('{}');
   * ```
   */
  getEncryptorForActivationScope(): PowerAuthEncryptor {
    return new Encryptor('ACTIVATION', this.instanceId);
  }

  /**
   * A key for the application's own data, which the server releases (`/pa/v3/vault/unlock`): always the same for the
   * same index, as long as the activation lives.
   *
   * @param authentication with the knowledge factor; servers refuse anything less
   * @param index number of the key, 0 to 2^53-1
   * @returns Base64 of 16 bytes
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const key = await powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password('1234'), 1000);
   * ```
   */
  fetchEncryptionKey(authentication: PowerAuthAuthentication, index: number): Promise<string> {
    return vault.fetchEncryptionKey(this.instanceId, authentication, index);
  }

  /**
   * Signs data with the private key of this device, which the server unlocks for this purpose (`/pa/v3/vault/unlock`).
   *
   * @param authentication with the knowledge factor; servers refuse anything less
   * @param data as text, signed in UTF-8, or bytes in Base64
   * @param dataFormat format of `data`
   * @returns Base64 of an ECDSA signature (DER, SHA-256)
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const signature = await powerAuth.signDataWithDevicePrivateKey(authentication, contract);
   * ```
   */
  signDataWithDevicePrivateKey(
    authentication: PowerAuthAuthentication,
    data: string,
    dataFormat: PowerAuthDataFormat = 'UTF8',
  ): Promise<string> {
    return vault.signDataWithDevicePrivateKey(this.instanceId, authentication, data, dataFormat);
  }

  /**
   * Signs claims with the private key of this device, which the server unlocks for this purpose
   * (`/pa/v3/vault/unlock`).
   *
   * @param authentication with the knowledge factor; servers refuse anything less
   * @param claims an object that JSON can represent; none is added
   * @returns a JWT under ES256 (RFC 7519; the signature is r ‖ s, RFC 7518, section 3.4)
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const jwt = await powerAuth.signJwtWithDevicePrivateKey(authentication, { sub: 'alice', agreed: true });
   * ```
   */
  signJwtWithDevicePrivateKey(authentication: PowerAuthAuthentication, claims: object): Promise<string> {
    return vault.signJwtWithDevicePrivateKey(this.instanceId, authentication, claims);
  }

  /**
   * What the server knows about the user (`/pa/v3/user/info`), encrypted. `getLastFetchedUserInfo` returns it again.
   *
   * @returns undefined if the server has no claims
   * @throws MISSING_ACTIVATION, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const { givenName } = (await powerAuth.fetchUserInfo()) ?? {};
   * ```
   */
  fetchUserInfo(): Promise<PowerAuthUserInfo | undefined> {
    return account.fetchUserInfo(this.instanceId);
  }

  /**
   * What `fetchUserInfo` or `createActivation` has returned last about the user of this activation; undefined if nothing,
   * or since another `configure`. Makes no request.
   *
   * @example
   * ```ts
   * const user = (await powerAuth.getLastFetchedUserInfo()) ?? (await powerAuth.fetchUserInfo());
   * ```
   */
  getLastFetchedUserInfo(): Promise<PowerAuthUserInfo | undefined> {
    return account.getLastFetchedUserInfo(this.instanceId);
  }

  /**
   * The activation as the server lists it (`/pa/v3/activation/detail`), encrypted, and authenticated by a token.
   *
   * @param tokenName name of a local token with two factors; servers refuse one with possession alone
   * @throws MISSING_ACTIVATION, LOCAL_TOKEN_NOT_AVAILABLE; AUTHENTICATION_ERROR for a token that the server refuses;
   *   NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * await powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.password('1234'));
   * const { activationName } = await powerAuth.fetchActivationDetail('MyToken');
   * ```
   */
  fetchActivationDetail(tokenName: string): Promise<PowerAuthActivationDetail> {
    return account.fetchActivationDetail(this.instanceId, tokenName);
  }

  /**
   * Gives the activation another name (`/pa/v3/activation/rename`): signed, then encrypted.
   *
   * @param authentication with two factors
   * @param activationName at most 255 characters; servers refuse more
   * @returns the activation as the server lists it now
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for
   *   one that is too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * await powerAuth.renameActivation(PowerAuthAuthentication.password('1234'), 'My old laptop');
   * ```
   */
  renameActivation(
    authentication: PowerAuthAuthentication,
    activationName: string,
  ): Promise<PowerAuthActivationDetail> {
    return account.renameActivation(this.instanceId, authentication, activationName);
  }

  /**
   * Whether the activation came with a recovery code; false without an activation. Makes no request.
   *
   * @example
   * ```ts
   * if (await powerAuth.hasActivationRecoveryData()) show('The recovery code can be shown');
   * ```
   */
  hasActivationRecoveryData(): Promise<boolean> {
    return recovery.hasActivationRecoveryData(this.instanceId);
  }

  /**
   * The recovery code and PUK that the activation came with, which the server unlocks (`/pa/v3/vault/unlock`). Show
   * them to the user and don't store them.
   *
   * @param authentication with the knowledge factor; servers refuse anything less
   * @throws INVALID_ACTIVATION_STATE if there are none, also without an activation; AUTHENTICATION_ERROR for a wrong password,
   *   which costs one attempt; SIGNATURE_ERROR for one that is too short, NETWORK_ERROR, RESPONSE_ERROR,
   *   ENCRYPTION_ERROR
   * @example
   * ```ts
   * const { recoveryCode, puk } = await powerAuth.activationRecoveryData(PowerAuthAuthentication.password('1234'));
   * ```
   */
  activationRecoveryData(authentication: PowerAuthAuthentication): Promise<PowerAuthRecoveryActivationData> {
    return recovery.activationRecoveryData(this.instanceId, authentication);
  }

  /**
   * Confirms that a postcard with a recovery code has arrived (`/pa/v3/recovery/confirm`): before that the code can't
   * recover anything.
   *
   * @param recoveryCode as typed, or as scanned from a QR code with `R:`
   * @param authentication with the knowledge factor; servers refuse anything less
   * @throws INVALID_RECOVERY_CODE for a malformed code; MISSING_ACTIVATION; AUTHENTICATION_ERROR for a code that the
   *   server does not accept, and for a wrong password, which costs one attempt; SIGNATURE_ERROR for one that is too
   *   short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const { alreadyConfirmed } = await powerAuth.confirmRecoveryCode('VVVVV-VVVVV-VVVVV-VTFVA', authentication);
   * ```
   */
  confirmRecoveryCode(
    recoveryCode: string,
    authentication: PowerAuthAuthentication,
  ): Promise<PowerAuthConfirmRecoveryCodeDataResult> {
    return recovery.confirmRecoveryCode(this.instanceId, recoveryCode, authentication);
  }
}
