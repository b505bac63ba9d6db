/**
 * The arguments of `configure`, checked.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import {
  buildBiometryConfiguration,
  type PowerAuthBiometryConfigurationType,
} from '../model/power-auth-biometry-configuration.ts';
import {
  buildClientConfiguration,
  type PowerAuthClientConfigurationType,
} from '../model/power-auth-client-configuration.ts';
import { buildConfiguration, type PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import {
  buildKeychainConfiguration,
  PowerAuthKeychainProtection,
  type PowerAuthKeychainConfigurationData,
  type PowerAuthKeychainConfigurationType,
} from '../model/power-auth-keychain-configuration.ts';
import {
  buildSharingConfiguration,
  type PowerAuthSharingConfigurationType,
} from '../model/power-auth-sharing-configuration.ts';
import { importPublicKey, type Point } from '../protocol/keys.ts';
import { base64Decode } from '../util/base64.ts';

/** The five configurations: checked, frozen, defaults filled in. */
export interface Configurations {
  readonly configuration: PowerAuthConfigurationType;
  readonly clientConfiguration: ReturnType<typeof buildClientConfiguration>;
  readonly biometryConfiguration: ReturnType<typeof buildBiometryConfiguration>;
  readonly keychainConfiguration: PowerAuthKeychainConfigurationData;
  readonly sharingConfiguration: PowerAuthSharingConfigurationType;
}

/** The master server key. A compressed one costs a square root. */
export function masterServerKey({ masterServerPublicKey }: PowerAuthConfigurationType): Point {
  return importPublicKey(base64Decode(masterServerPublicKey) ?? new Uint8Array());
}

/** The arguments of `configure`; the objects' content is checked when they are built. */
type Arguments = [
  configuration: PowerAuthConfigurationType,
  client?: PowerAuthClientConfigurationType,
  biometry?: PowerAuthBiometryConfigurationType,
  keychain?: PowerAuthKeychainConfigurationType,
  sharing?: PowerAuthSharingConfigurationType,
];

/** Either form of `configure`'s arguments, as configurations. */
export function argumentsAsObjects(args: readonly unknown[]): readonly unknown[] {
  if (typeof args[0] !== 'string') return args;
  if (args.length <= 3) {
    const [configuration, baseEndpointUrl, enableUnsecureTraffic] = args;
    return [{ configuration, baseEndpointUrl }, { enableUnsecureTraffic }];
  }
  const [applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl, enableUnsecureTraffic] =
    args;
  return [
    { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl },
    { enableUnsecureTraffic },
  ];
}

/**
 * From either form of `configure`'s arguments.
 *
 * @throws WRONG_PARAMETER naming the field, INSUFFICIENT_KEYCHAIN_PROTECTION
 */
export function buildConfigurations(args: readonly unknown[]): Configurations {
  const [configuration, client, biometry, keychain, sharing] = argumentsAsObjects(
    args,
  ) as unknown as Arguments;
  const keychainConfiguration = buildKeychainConfiguration(keychain);
  const protection = keychainConfiguration.minimalRequiredKeychainProtection;
  if (
    protection === PowerAuthKeychainProtection.HARDWARE ||
    protection === PowerAuthKeychainProtection.STRONGBOX
  ) {
    throw failure(
      PowerAuthErrorCode.INSUFFICIENT_KEYCHAIN_PROTECTION,
      `keychainConfiguration.minimalRequiredKeychainProtection: ${protection} is required, SOFTWARE is what there is`,
    );
  }
  const { storage, sealingKey } = keychainConfiguration;
  if (storage?.needsSealingKey === true && sealingKey === undefined) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `keychainConfiguration.sealingKey: the ${storage.name} storage needs one, the same wherever it is used: expected 32 bytes or a CryptoKey, got undefined`,
    );
  }
  return {
    configuration: buildConfiguration(configuration),
    clientConfiguration: buildClientConfiguration(client),
    biometryConfiguration: buildBiometryConfiguration(biometry),
    keychainConfiguration,
    sharingConfiguration: buildSharingConfiguration(sharing),
  };
}
