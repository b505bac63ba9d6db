/**
 * The biometric authentication that a platform has.
 *
 * @module
 */

/**
 * Kinds of biometry. Each value equals its name.
 *
 * @example
 * ```ts
 * const text = info.biometryType === PowerAuthBiometryType.FACE ? 'Look here' : 'Touch the sensor';
 * ```
 */
export const PowerAuthBiometryType = {
  /** There is none. */
  NONE: 'NONE',
  /** There is one, but its kind is unknown; texts should speak of biometry in general. */
  GENERIC: 'GENERIC',
  /** A fingerprint reader. */
  FINGERPRINT: 'FINGERPRINT',
  /** Face recognition. */
  FACE: 'FACE',
  /** Iris recognition. */
  IRIS: 'IRIS',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthBiometryType = (typeof PowerAuthBiometryType)[keyof typeof PowerAuthBiometryType];

/**
 * Whether biometric authentication can be used. Each value equals its name.
 *
 * @example
 * ```ts
 * if (info.canAuthenticate === PowerAuthBiometryStatus.NOT_ENROLLED) show('Set biometry up first');
 * ```
 */
export const PowerAuthBiometryStatus = {
  /** It can be used now. */
  OK: 'OK',
  /** The platform has none. */
  NOT_SUPPORTED: 'NOT_SUPPORTED',
  /** The platform has it, but the user has not set it up. */
  NOT_ENROLLED: 'NOT_ENROLLED',
  /** It can't be used now; perhaps later. */
  NOT_AVAILABLE: 'NOT_AVAILABLE',
  /** Locked after too many failures. */
  LOCKOUT: 'LOCKOUT',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthBiometryStatus = (typeof PowerAuthBiometryStatus)[keyof typeof PowerAuthBiometryStatus];

/**
 * The biometric authentication that a platform has, and whether it can be used.
 *
 * @example
 * ```ts
 * const none: PowerAuthBiometryInfo = { isAvailable: false, biometryType: 'NONE', canAuthenticate: 'NOT_SUPPORTED' };
 * ```
 */
export interface PowerAuthBiometryInfo {
  /** Whether the platform has biometric authentication. */
  isAvailable: boolean;
  /** Which kind. */
  biometryType: PowerAuthBiometryType;
  /** Whether it can be used now, and if not, why. */
  canAuthenticate: PowerAuthBiometryStatus;
}
