/**
 * The biometry factor.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { guard } from '../facade.ts';
import { buildPrompt, type PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthBiometryInfo } from '../biometry/power-auth-biometry-info.ts';
import { assertPassword, type PasswordType } from '../model/power-auth-password.ts';
import { groupBiometricAuthentication } from '../session/biometry-group.ts';
import { addBiometryFactor } from '../session/biometry-setup.ts';
import { activatedSession, sessionOf } from '../session/registry.ts';
import { wrongParameter } from '../util/validate.ts';
import { PowerAuthSigning } from './signing.ts';

/** The part of {@link PowerAuth} that sets the biometry factor up, removes it, and groups its use; never made by itself. */
export abstract class PowerAuthBiometry extends PowerAuthSigning {
  /**
   * Gives the activation a biometry factor, in place of the one that it may have. The server lets the key be made anew
   * (`/pa/v3/vault/unlock`); then the user is asked. When that fails, whatever factor there was stays as it was.
   *
   * In browsers call it from a click or a key press: some open no dialog for a passkey otherwise.
   *
   * @param password of the knowledge factor
   * @param prompt what the user reads, where the platform shows an application's text; browsers show none
   * @throws MISSING_ACTIVATION; BIOMETRY_NOT_SUPPORTED, BIOMETRY_NOT_ENROLLED, BIOMETRY_NOT_AVAILABLE, BIOMETRY_LOCKOUT
   *   before anything is sent; AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for one
   *   too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR; BIOMETRY_CANCEL and others of its kind when the user was
   *   not authenticated; OPERATION_CANCELED when the activation was removed meanwhile
   * @example
   * ```ts
   * await powerAuth.addBiometryFactor('1234', { promptMessage: 'Please allow biometric authentication' });
   * ```
   */
  addBiometryFactor(password: PasswordType, prompt?: PowerAuthBiometricPrompt): Promise<void>;
  /**
   * The same, with the prompt in two strings.
   *
   * @deprecated Give a {@link PowerAuthBiometricPrompt}.
   */
  addBiometryFactor(password: PasswordType, title: string, description: string): Promise<void>;
  async addBiometryFactor(
    password: PasswordType,
    prompt?: PowerAuthBiometricPrompt | string,
    description?: string,
  ): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertPassword(password, 'password');
      const given =
        typeof prompt === 'string' && typeof description === 'string'
          ? { promptTitle: prompt, promptMessage: description }
          : prompt;
      const checked = given === undefined ? undefined : buildPrompt(given, 'prompt');
      await addBiometryFactor(await activatedSession(this.instanceId), password, checked);
    });
  }

  /**
   * Whether the activation has a biometry factor; false without an activation. No request, and nobody is asked: whether the
   * passkey behind it is still there shows when it is used.
   *
   * @example
   * ```ts
   * submit.hidden = !(await powerAuth.hasBiometryFactor());
   * ```
   */
  async hasBiometryFactor(): Promise<boolean> {
    return guard(async () => {
      const { biometry, changes } = sessionOf(this.instanceId);
      await changes.ended();
      return biometry.exists();
    });
  }

  /**
   * Removes the biometry factor, here alone: the server keeps no account of it. Where the browser can, the platform is told
   * that the passkey is no longer used.
   *
   * @throws MISSING_ACTIVATION, BIOMETRY_NOT_CONFIGURED when there is none
   * @example
   * ```ts
   * await powerAuth.removeBiometryFactor();
   * ```
   */
  async removeBiometryFactor(): Promise<void> {
    return guard(async () => (await activatedSession(this.instanceId)).biometry.remove());
  }

  /**
   * What biometric authentication there is, and whether it can be used now. Nobody is asked.
   *
   * @example
   * ```ts
   * const { canAuthenticate } = await powerAuth.getBiometryInfo();
   * if (canAuthenticate === PowerAuthBiometryStatus.NOT_ENROLLED) show('Set up a fingerprint first');
   * ```
   */
  async getBiometryInfo(): Promise<PowerAuthBiometryInfo> {
    return guard(() => sessionOf(this.instanceId).biometry.info());
  }

  /**
   * Asks the user once for several calls. The object that the callback gets stands for the factors without asking again,
   * until the promise that the callback returns is settled, or the object was not used for 5 minutes: then its key is
   * wiped, and calls answer INVALID_NATIVE_OBJECT.
   *
   * After a 401 use the object no further: each call with a factor that the server refuses costs one attempt.
   *
   * @param authentication with the biometry factor; it is not used up by this
   * @param groupedAuthenticationCalls what is done with the object
   * @throws MISSING_ACTIVATION, BIOMETRY_NOT_CONFIGURED, BIOMETRY_CANCEL and others of its kind; WRONG_PARAMETER for an
   *   authentication without biometry; what the callback throws, as the `cause` of a PowerAuthError, with its code where it
   *   has one
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
  async groupedBiometricAuthentication(
    authentication: PowerAuthAuthentication,
    groupedAuthenticationCalls: (reusableAuthentication: PowerAuthAuthentication) => Promise<void>,
  ): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      if (!resolved.isBiometricAuthentication)
        throw failure(
          PowerAuthErrorCode.WRONG_PARAMETER,
          'authentication: expected one with the biometry factor, got one without',
        );
      if (typeof groupedAuthenticationCalls !== 'function')
        throw wrongParameter('groupedAuthenticationCalls', 'a function', groupedAuthenticationCalls);
      const session = await activatedSession(this.instanceId);
      await groupBiometricAuthentication(session, resolved, async (reusable) => {
        try {
          await groupedAuthenticationCalls(reusable);
        } catch (cause) {
          const code = cause instanceof PowerAuthError ? cause.code : PowerAuthErrorCode.UNKNOWN_ERROR;
          throw new PowerAuthError(cause, 'groupedAuthenticationCalls has thrown; see cause', code);
        }
      });
    });
  }
}
