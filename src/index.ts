/**
 * PowerAuth for JavaScript: activation, signatures, biometry, access tokens, encryption, vault and recovery.
 *
 * @module powerauth-wasm
 */

export { PowerAuth } from './power-auth.ts';
export {
  PowerAuthActivationCodeUtil,
  type PowerAuthActivationCode,
} from './power-auth-activation-code-util.ts';
export type { PowerAuthEvent, PowerAuthEventType, PowerAuthStatistics } from './util/events.ts';
export { PowerAuthDebug } from './power-auth-debug.ts';
export { PowerAuthPassphraseMeter } from './power-auth-passphrase-meter.ts';
export type { PowerAuthTimeSynchronizationService } from './power-auth-time-synchronization-service.ts';
export type { PowerAuthToken } from './power-auth-local-token-store.ts';
export { PowerAuthTokenStore } from './power-auth-token-store.ts';
export type { PowerAuthTokenHeaderGenerator } from './power-auth-token-header-generator.ts';

export { PinTestIssue, type PinTestResult } from './pin-strength/pin-test-result.ts';
export { PowerAuthActivation } from './model/power-auth-activation.ts';
export type { PowerAuthActivationDetail } from './model/power-auth-activation-detail.ts';
export type { PowerAuthUserAddress, PowerAuthUserInfo } from './model/power-auth-user-info.ts';
export { PowerAuthAlgorithm } from './model/power-auth-algorithm.ts';
export { PowerAuthSignatureKeyId } from './model/power-auth-signature-key-id.ts';
export type { PowerAuthPasswordChangeData } from './model/power-auth-password-change-data.ts';
export type { PowerAuthBiometricStatus } from './biometry/power-auth-biometric-status.ts';
export type { PowerAuthOIDCParameters } from './model/power-auth-oidc-parameters.ts';
export {
  PowerAuthActivationState,
  type PowerAuthActivationStatus,
} from './model/power-auth-activation-status.ts';
export { PowerAuthAuthentication } from './model/power-auth-authentication.ts';
export type { PowerAuthBiometricPrompt } from './biometry/power-auth-biometric-prompt.ts';
export type { PowerAuthAuthorizationHttpHeader } from './model/power-auth-authorization-http-header.ts';
export type { PowerAuthSignedRequest } from './model/power-auth-signed-request.ts';
export {
  buildBiometryConfiguration,
  PowerAuthBiometryConfiguration,
  type PowerAuthBiometryConfigurationType,
} from './model/power-auth-biometry-configuration.ts';
export {
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  type PowerAuthBiometryInfo,
} from './biometry/power-auth-biometry-info.ts';
export { PowerAuthClientConfiguration } from './model/power-auth-client-configuration-class.ts';
export { PowerAuthKeychainConfiguration } from './model/power-auth-keychain-configuration-class.ts';
export {
  buildClientConfiguration,
  type PowerAuthBasicHttpAuthentication,
  type PowerAuthClientConfigurationType,
  type PowerAuthHttpHeader,
} from './model/power-auth-client-configuration.ts';
export {
  buildConfiguration,
  PowerAuthConfiguration,
  type PowerAuthConfigurationString,
  type PowerAuthConfigurationType,
} from './model/power-auth-configuration.ts';
export type { PowerAuthConfirmRecoveryCodeDataResult } from './model/power-auth-confirm-recovery-code-data-result.ts';
export type {
  PowerAuthCreateActivationResult,
  PowerAuthRecoveryActivationData,
} from './model/power-auth-create-activation-result.ts';
export type {
  PowerAuthCryptogram,
  PowerAuthDataFormat,
  PowerAuthDecryptor,
  PowerAuthEncryptedRequestData,
  PowerAuthEncryptionHttpHeader,
  PowerAuthEncryptor,
  PowerAuthEncryptorScope,
} from './model/power-auth-encryptor.ts';
export type {
  PowerAuthExternalPendingOperation,
  PowerAuthExternalPendingOperationType,
} from './model/power-auth-external-pending-operation.ts';
export {
  buildKeychainConfiguration,
  PowerAuthKeychainProtection,
  type PowerAuthKeychainConfigurationData,
  type PowerAuthKeychainConfigurationType,
} from './model/power-auth-keychain-configuration.ts';
export { PowerAuthPassword, type CharacterType, type PasswordType } from './model/power-auth-password.ts';
export {
  buildSharingConfiguration,
  PowerAuthSharingConfiguration,
  type PowerAuthSharingConfigurationType,
} from './model/power-auth-sharing-configuration.ts';
export type {
  PowerAuthBiometryCreateRequest,
  PowerAuthBiometryProvider,
  PowerAuthBiometryRequest,
  PowerAuthBiometrySecret,
} from './biometry/types.ts';
export { PowerAuthError, PowerAuthErrorCode, type PowerAuthErrorData } from './errors.ts';
export { setTokenCacheCapacity } from './token-cache-capacity.ts';
export type { EngineName } from './hot-path/types.ts';
export type { PowerAuthClock } from './net/clock.ts';
export type {
  PowerAuthCryptoKey,
  PowerAuthSealingKey,
  PowerAuthStorage,
  PowerAuthStorageChange,
  PowerAuthStorageLock,
} from './storage/types.ts';
