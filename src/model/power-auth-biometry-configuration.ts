/**
 * Settings of the biometry factor.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
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
  /**
   * The factor is lost when the enrolled biometry changes. Default true. Accepted and kept, without effect here: the
   * platform decides what a change means for passkeys, and most keep them.
   */
  readonly linkItemsToCurrentSet?: boolean;
  /** The same as `linkItemsToCurrentSet`, in the React Native SDK 5.0; it precedes that. */
  readonly invalidateBiometricFactorAfterChange?: boolean | undefined;
  /**
   * The device's passcode stands in for biometry. Default false. Accepted and kept, without effect here: platforms also
   * let a user verify a passkey by PIN or passcode, and no page can forbid that.
   */
  readonly fallbackToDevicePasscode?: boolean;
  /**
   * The user confirms after the biometric authentication. Default false. Accepted and kept, without effect here: a page
   * can't change the platform's dialog.
   */
  readonly confirmBiometricAuthentication?: boolean;
  /**
   * Setting the factor up asks for biometric authentication. Default true. With false, a provider that can set the
   * factor up without asking doesn't ask, such as the software provider. A passkey is never created without asking.
   */
  readonly authenticateOnBiometricKeySetup?: boolean;
  /**
   * Looks for a factor key shared between instances by older versions. Default true. Accepted and kept, without effect
   * here: there are no such keys.
   */
  readonly fallbackToSharedBiometryKey?: boolean;
  /** The provider that authenticates the user. Default, by runtime: passkeys in browsers, none elsewhere. */
  readonly provider?: PowerAuthBiometryProvider | undefined;
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
  declare invalidateBiometricFactorAfterChange?: boolean | undefined;
  declare provider?: PowerAuthBiometryProvider | undefined;

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

const PROVIDER_METHODS = ['info', 'create', 'authenticate', 'remove'] as const;

function isProvider(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const provider = value as Record<string, unknown>;
  const { name } = provider;
  return (
    typeof name === 'string' &&
    name.length >= 1 &&
    name.length <= 64 &&
    PROVIDER_METHODS.every((method) => typeof provider[method] === 'function')
  );
}

const flag = (byDefault: boolean) => s.optional(s.boolean('true or false'), byDefault);
const biometryConfigurationSchema = s.object(
  {
    linkItemsToCurrentSet: flag(true),
    invalidateBiometricFactorAfterChange: s.optional(s.boolean('true or false')),
    fallbackToDevicePasscode: flag(false),
    confirmBiometricAuthentication: flag(false),
    authenticateOnBiometricKeySetup: flag(true),
    fallbackToSharedBiometryKey: flag(true),
    provider: s.optional(
      s.custom<PowerAuthBiometryProvider>(
        isProvider,
        `a PowerAuthBiometryProvider (name, ${PROVIDER_METHODS.join(', ')})`,
      ),
    ),
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
): PowerAuthBiometryConfigurationType &
  Required<Omit<PowerAuthBiometryConfigurationType, 'provider' | 'invalidateBiometricFactorAfterChange'>> {
  const settings = check(
    biometryConfigurationSchema,
    input ?? {},
    'biometryConfiguration',
    PowerAuthErrorCode.WRONG_PARAMETER,
  );
  const { invalidateBiometricFactorAfterChange: linkItemsToCurrentSet = settings.linkItemsToCurrentSet } =
    settings;
  return Object.freeze({ ...settings, linkItemsToCurrentSet });
}
