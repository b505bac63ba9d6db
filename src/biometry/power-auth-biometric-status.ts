/**
 * Whether biometric authentication can be used with an activation.
 *
 * @module
 */

import type { PowerAuthBiometryStatus, PowerAuthBiometryType } from './power-auth-biometry-info.ts';

/**
 * Result of `PowerAuth.getBiometricStatus`.
 *
 * @example
 * ```ts
 * const status: PowerAuthBiometricStatus = await powerAuth.getBiometricStatus();
 * ```
 */
export interface PowerAuthBiometricStatus {
  /** Whether the activation has a biometry factor, and the platform can use it now. */
  isAuthenticationWithBiometricsAvailable: boolean;
  /** Whether the activation has a biometry factor. */
  isBiometricFactorConfigured: boolean;
  /** Whether the platform can authenticate the user now, or why not. */
  systemStatus: PowerAuthBiometryStatus;
  /** The kind of biometry that the platform has. */
  biometryType: PowerAuthBiometryType;
}
