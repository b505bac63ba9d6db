/**
 * The result of `PowerAuth.createActivation`.
 *
 * @module
 */

import type { PowerAuthUserInfo } from './power-auth-user-info.ts';

/**
 * Recovery code and PUK, shown to the user once and never stored.
 *
 * @example
 * ```ts
 * const { recoveryCode, puk }: PowerAuthRecoveryActivationData = await powerAuth.activationRecoveryData(authentication);
 * ```
 */
export interface PowerAuthRecoveryActivationData {
  /** `AAAAA-BBBBB-CCCCC-DDDDD` */
  recoveryCode: string;
  /** 10 digits. */
  puk: string;
}

/**
 * Result of `PowerAuth.createActivation`.
 *
 * @example
 * ```ts
 * const result: PowerAuthCreateActivationResult = await powerAuth.createActivation(activation);
 * ```
 */
export interface PowerAuthCreateActivationResult {
  /** 8 decimal digits, which the user compares with what the bank shows. */
  activationFingerprint: string;
  /** Present if the application has recovery enabled. */
  activationRecovery?: PowerAuthRecoveryActivationData;
  /** Data that the enrollment server adds. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  customAttributes?: any;
  /** Claims about the user, if the server sends them. */
  userInfo?: PowerAuthUserInfo;
}
