/**
 * Settings of the biometry factor.
 *
 * @module
 */

import * as v from 'valibot';
import { PowerAuthErrorCode } from '../errors.ts';
import { check } from '../util/validate.ts';

/**
 * Settings of the biometry factor; all optional.
 *
 * @example
 * ```ts
 * const biometry: PowerAuthBiometryConfigurationType = { confirmBiometricAuthentication: true };
 * ```
 */
export interface PowerAuthBiometryConfigurationType {
  /** The factor is lost when the enrolled biometry changes. Default true. */
  readonly linkItemsToCurrentSet?: boolean;
  /** The device's passcode stands in for biometry. Default false. */
  readonly fallbackToDevicePasscode?: boolean;
  /** The user confirms after the biometric authentication. Default false. */
  readonly confirmBiometricAuthentication?: boolean;
  /** Setting the factor up asks for biometric authentication. Default true. */
  readonly authenticateOnBiometricKeySetup?: boolean;
  /** Looks for a factor key shared between instances by older versions. Default true. */
  readonly fallbackToSharedBiometryKey?: boolean;
}

/**
 * {@link PowerAuthBiometryConfigurationType} as a class with the defaults filled in.
 *
 * @example
 * ```ts
 * const biometry = new PowerAuthBiometryConfiguration();
 * biometry.confirmBiometricAuthentication = true;
 * await powerAuth.configure(configuration, undefined, biometry);
 * ```
 */
export class PowerAuthBiometryConfiguration implements PowerAuthBiometryConfigurationType {
  linkItemsToCurrentSet = true;
  fallbackToDevicePasscode = false;
  confirmBiometricAuthentication = false;
  authenticateOnBiometricKeySetup = true;
  fallbackToSharedBiometryKey = true;

  /**
   * The defaults, frozen.
   *
   * @example
   * ```ts
   * PowerAuthBiometryConfiguration.default().linkItemsToCurrentSet; // true
   * ```
   */
  static default(): PowerAuthBiometryConfigurationType {
    return buildBiometryConfiguration(undefined);
  }
}

const flag = (byDefault: boolean) => v.optional(v.boolean('true or false'), byDefault);
const biometryConfigurationSchema = v.object(
  {
    linkItemsToCurrentSet: flag(true),
    fallbackToDevicePasscode: flag(false),
    confirmBiometricAuthentication: flag(false),
    authenticateOnBiometricKeySetup: flag(true),
    fallbackToSharedBiometryKey: flag(true),
  },
  'a PowerAuthBiometryConfiguration',
);

/**
 * A frozen, checked copy with the defaults filled in.
 *
 * @param input settings, a {@link PowerAuthBiometryConfiguration}, or undefined for the defaults
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const biometry = buildBiometryConfiguration({ confirmBiometricAuthentication: true });
 * ```
 */
export function buildBiometryConfiguration(
  input?: PowerAuthBiometryConfigurationType,
): Required<PowerAuthBiometryConfigurationType> {
  return Object.freeze(
    check(
      biometryConfigurationSchema,
      input ?? {},
      'biometryConfiguration',
      PowerAuthErrorCode.WRONG_PARAMETER,
    ),
  );
}
