/**
 * Settings of iOS activation sharing. They are accepted so that code written for the React Native SDK runs. Nothing
 * here depends on them, because storages are shared by themselves.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { check } from '../util/validate.ts';

/**
 * iOS settings of activation sharing.
 *
 * @example
 * ```ts
 * const sharing: PowerAuthSharingConfigurationType = { appGroup, appIdentifier, keychainAccessGroup };
 * ```
 */
export interface PowerAuthSharingConfigurationType {
  /** Name of the app group. */
  readonly appGroup: string;
  /** Identifier of the application within the group. */
  readonly appIdentifier: string;
  /** Keychain access group. */
  readonly keychainAccessGroup: string;
  /** Identifier of the shared memory. */
  readonly sharedMemoryIdentifier?: string | undefined;
}

/**
 * {@link PowerAuthSharingConfigurationType} as a class.
 *
 * @example
 * ```ts
 * const sharing = new PowerAuthSharingConfiguration(appGroup, appIdentifier, keychainAccessGroup);
 * await powerAuth.configure(configuration, undefined, undefined, undefined, sharing);
 * ```
 */
export class PowerAuthSharingConfiguration implements PowerAuthSharingConfigurationType {
  appGroup: string;
  appIdentifier: string;
  keychainAccessGroup: string;
  sharedMemoryIdentifier?: string | undefined;

  /**
   * Creates settings; `configure` checks them.
   *
   * @example
   * ```ts
   * const sharing = new PowerAuthSharingConfiguration(appGroup, appIdentifier, keychainAccessGroup);
   * ```
   */
  constructor(
    appGroup: string,
    appIdentifier: string,
    keychainAccessGroup: string,
    sharedMemoryIdentifier?: string,
  ) {
    this.appGroup = appGroup;
    this.appIdentifier = appIdentifier;
    this.keychainAccessGroup = keychainAccessGroup;
    this.sharedMemoryIdentifier = sharedMemoryIdentifier;
  }
}

const text = s.optional(s.string('a string'), '');
const sharingConfigurationSchema = s.object(
  {
    appGroup: text,
    appIdentifier: text,
    keychainAccessGroup: text,
    sharedMemoryIdentifier: s.optional(s.string('a string')),
  },
  'a PowerAuthSharingConfiguration',
);

/**
 * A frozen, checked copy, with empty strings for missing values.
 *
 * @param input settings, a {@link PowerAuthSharingConfiguration}, or undefined for none
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const sharing = buildSharingConfiguration({ appGroup, appIdentifier, keychainAccessGroup });
 * ```
 */
export function buildSharingConfiguration(
  input?: PowerAuthSharingConfigurationType,
): PowerAuthSharingConfigurationType {
  return Object.freeze(
    check(
      sharingConfigurationSchema,
      input ?? {},
      'sharingConfiguration',
      PowerAuthErrorCode.WRONG_PARAMETER,
    ),
  );
}
