/**
 * The names of the React Native SDK's versions 4.0 and 5.0 that mean the same as ours. All of them are here, one line
 * each, except those of other classes: `PowerAuthAuthentication.persistWithPassword` and
 * `persistWithPasswordAndBiometry`, and `PowerAuthTokenStore.generateAuthenticationHeader`.
 *
 * @module
 */

import type { PowerAuthBiometricStatus } from '../biometry/power-auth-biometric-status.ts';
import type { PowerAuthAlgorithm } from '../model/power-auth-algorithm.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthHttpHeader } from '../model/power-auth-client-configuration.ts';
import type { PowerAuthPasswordChangeData } from '../model/power-auth-password-change-data.ts';
import type { PasswordType } from '../model/power-auth-password.ts';
import type { PowerAuthSignatureKeyId } from '../model/power-auth-signature-key-id.ts';
import { commitActivation } from './activation.ts';
import { getBiometricStatus } from './biometry.ts';
import { PowerAuthInstance } from './instance.ts';
import { onSession } from './on-session.ts';
import { beginPasswordChange, finishPasswordChange, unsafeChangePassword } from './passwords.ts';
import { named, offlineSignature, requestSignature, signQuery, verifyDigitalSignature } from './signing.ts';
import { calculateDigitalSignature } from './vault.ts';

/** Members of `PowerAuth` under newer names. */
export abstract class PowerAuthNewerNames extends PowerAuthInstance {
  /**
   * The algorithm in use: always {@link PowerAuthAlgorithm.LEGACY}, protocol 3.3.
   *
   * @throws INSTANCE_NOT_CONFIGURED
   */
  get currentAlgorithm(): Promise<PowerAuthAlgorithm> {
    return onSession(this.instanceId, () => 'legacy');
  }

  /**
   * The same as `commitActivation`.
   *
   * @param authentication created by `PowerAuthAuthentication.persistWithPassword` or `persistWithPasswordAndBiometry`
   * @example
   * ```ts
   * await powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword('1234'));
   * ```
   */
  persistActivation(authentication: PowerAuthAuthentication): Promise<void> {
    return commitActivation(this.instanceId, authentication);
  }

  /**
   * The same as `requestSignature`, in another form.
   *
   * @example
   * ```ts
   * const { name, value } = await powerAuth.authenticationHeaderForRequestWithBody(authentication, 'POST', '/payment', body);
   * await fetch('https://bank.example/payment', { method: 'POST', body, headers: { [name]: value } });
   * ```
   */
  authenticationHeaderForRequestWithBody(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body?: string | ArrayBuffer | ArrayBufferView,
  ): Promise<PowerAuthHttpHeader> {
    return named(requestSignature(this.instanceId, authentication, method, uriId, body));
  }

  /**
   * The same as `requestGetSignature`, in another form and for any method. Servers read the query of GET only.
   *
   * @example
   * ```ts
   * const params = { from: '0' };
   * const header = await powerAuth.authenticationHeaderForRequestWithParams(authentication, 'GET', '/payments', params);
   * await fetch('https://bank.example/payments?from=0', { headers: { [header.name]: header.value } });
   * ```
   */
  authenticationHeaderForRequestWithParams(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    params?: object | null,
  ): Promise<PowerAuthHttpHeader> {
    return named(signQuery(this.instanceId, authentication, method, uriId, params));
  }

  /**
   * The same as `offlineSignature`.
   *
   * @example
   * ```ts
   * const code = await powerAuth.offlineAuthenticationCode(authentication, '/operation/authorize/offline', nonce, data);
   * ```
   */
  offlineAuthenticationCode(
    authentication: PowerAuthAuthentication,
    uriId: string,
    nonce: string,
    body?: string,
  ): Promise<string> {
    return offlineSignature(this.instanceId, authentication, uriId, nonce, body);
  }

  /**
   * The same as `changePassword`, in two steps: this one lets the server check the old password.
   *
   * @throws AUTHENTICATION_ERROR for a wrong one, which costs one attempt; the other codes of `changePassword`
   * @example
   * ```ts
   * const data = await powerAuth.beginPasswordChange('1234');
   * await powerAuth.finishPasswordChange('2468', data);
   * ```
   */
  beginPasswordChange(oldPassword: PasswordType): Promise<PowerAuthPasswordChangeData> {
    return beginPasswordChange(this.instanceId, oldPassword);
  }

  /**
   * The second step: puts the new password into effect, without a request. In every case `passwordChangeData` is
   * released.
   *
   * @param newPassword at least 4 bytes of UTF-8
   * @throws INVALID_NATIVE_OBJECT if it was released before; OPERATION_CANCELED if the password was changed, or the
   *   activation removed, in the meantime; MISSING_ACTIVATION. In every case the old password stays
   * @example
   * ```ts
   * await powerAuth.finishPasswordChange('2468', await powerAuth.beginPasswordChange('1234'));
   * ```
   */
  finishPasswordChange(
    newPassword: PasswordType,
    passwordChangeData: PowerAuthPasswordChangeData,
  ): Promise<void> {
    return finishPasswordChange(this.instanceId, newPassword, passwordChangeData);
  }

  /**
   * The same as `unsafeChangePassword`, with its dangers.
   *
   * @example
   * ```ts
   * await powerAuth.changePasswordUnsafe(oldPassword, newPassword);
   * ```
   */
  changePasswordUnsafe(oldPassword: PasswordType, newPassword: PasswordType): Promise<boolean> {
    return unsafeChangePassword(this.instanceId, oldPassword, newPassword);
  }

  /**
   * The same as `signDataWithDevicePrivateKey` for bytes.
   *
   * @param data Base64
   * @param keyId the device's key
   * @returns Base64 of an ECDSA signature (DER, SHA-256)
   * @example
   * ```ts
   * const { DEVICE_EC } = PowerAuthSignatureKeyId;
   * const signature = await powerAuth.calculateDigitalSignature(authentication, 'SSBhZ3JlZQ==', DEVICE_EC);
   * ```
   */
  calculateDigitalSignature(
    authentication: PowerAuthAuthentication,
    data: string,
    keyId: PowerAuthSignatureKeyId,
  ): Promise<string> {
    return calculateDigitalSignature(this.instanceId, authentication, data, keyId);
  }

  /**
   * The same as `verifyServerSignedData` for bytes; resolves if the signature is valid.
   *
   * @param signature Base64 of an ECDSA signature (DER, SHA-256)
   * @param data Base64
   * @param keyId one of the server's keys
   * @throws WRONG_SIGNATURE if it is not; MISSING_ACTIVATION for the activation's key
   * @example
   * ```ts
   * await powerAuth.verifyDigitalSignature(signature, data, PowerAuthSignatureKeyId.SERVER_EC);
   * ```
   */
  verifyDigitalSignature(signature: string, data: string, keyId: PowerAuthSignatureKeyId): Promise<void> {
    return verifyDigitalSignature(this.instanceId, signature, data, keyId);
  }

  /**
   * The same as `getBiometryInfo` and `hasBiometryFactor` together.
   *
   * @example
   * ```ts
   * const { systemStatus, isBiometricFactorConfigured } = await powerAuth.getBiometricStatus();
   * ```
   */
  getBiometricStatus(): Promise<PowerAuthBiometricStatus> {
    return getBiometricStatus(this.instanceId);
  }

  /**
   * Whether the activation has a biometry factor, and the platform can use it now.
   *
   * @example
   * ```ts
   * submit.hidden = !(await powerAuth.isAuthenticationWithBiometricsAvailable());
   * ```
   */
  async isAuthenticationWithBiometricsAvailable(): Promise<boolean> {
    return (await getBiometricStatus(this.instanceId)).isAuthenticationWithBiometricsAvailable;
  }
}
