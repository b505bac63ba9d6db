/**
 * What every PowerAuth object has: its identifier, its configurations, its token store.
 *
 * @module
 */

import { assertText, guard } from '../facade.ts';
import type { EngineName } from '../hot-path/types.ts';
import type { PowerAuthBiometryConfigurationType } from '../model/power-auth-biometry-configuration.ts';
import type { PowerAuthClientConfigurationType } from '../model/power-auth-client-configuration.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import type { PowerAuthKeychainConfigurationType } from '../model/power-auth-keychain-configuration.ts';
import type { PowerAuthSharingConfigurationType } from '../model/power-auth-sharing-configuration.ts';
import { PowerAuthTokenStore } from '../power-auth-token-store.ts';
import { configurationsOf, configureSession, deconfigureSession, findSession } from '../session/registry.ts';

/** The first part of {@link PowerAuth}; never made by itself. */
export abstract class PowerAuthInstance {
  /** Identifier of this instance. */
  readonly instanceId: string;
  /** Access tokens of this instance. */
  readonly tokenStore: PowerAuthTokenStore;

  /**
   * Makes the object; the client comes to be with `configure`.
   *
   * @param instanceId any non-empty string
   * @throws WRONG_PARAMETER
   * @example
   * ```ts
   * const powerAuth = new PowerAuth('com.example.bank');
   * ```
   */
  constructor(instanceId: string) {
    assertText(instanceId, 'instanceId');
    this.instanceId = instanceId;
    this.tokenStore = new PowerAuthTokenStore(instanceId);
  }

  /** What `configure` was given, or undefined before. */
  get configuration(): PowerAuthConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.configuration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get clientConfiguration(): PowerAuthClientConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.clientConfiguration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get biometryConfiguration(): PowerAuthBiometryConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.biometryConfiguration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get keychainConfiguration(): PowerAuthKeychainConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.keychainConfiguration;
  }

  /** What `configure` was given, or undefined before. */
  get sharingConfiguration(): PowerAuthSharingConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.sharingConfiguration;
  }

  /** The engine that makes the token headers, or undefined before `configure`. */
  get engine(): EngineName | undefined {
    return findSession(this.instanceId)?.engine.name;
  }

  /**
   * Whether `configure` is done.
   *
   * @example
   * ```ts
   * if (!(await powerAuth.isConfigured())) await powerAuth.configure(configuration);
   * ```
   */
  async isConfigured(): Promise<boolean> {
    return findSession(this.instanceId) !== undefined;
  }

  /**
   * Prepares this instance. Nothing is sent, and the storage is opened by the first call that needs it.
   * A base URL of `http:` is taken; without `enableUnsecureTraffic` every call that would send something to it fails with
   * NETWORK_ERROR and sends nothing.
   *
   * @returns true
   * @throws WRONG_PARAMETER naming the field, REACT_NATIVE_ERROR when the instance is configured already,
   *   INSUFFICIENT_KEYCHAIN_PROTECTION
   * @example
   * ```ts
   * await powerAuth.configure(configuration, { readTimeout: 5 });
   * ```
   */
  configure(
    configuration: PowerAuthConfigurationType,
    clientConfiguration?: PowerAuthClientConfigurationType,
    biometryConfiguration?: PowerAuthBiometryConfigurationType,
    keychainConfiguration?: PowerAuthKeychainConfigurationType,
    sharingConfiguration?: PowerAuthSharingConfigurationType,
  ): Promise<boolean>;
  configure(
    appKey: string,
    appSecret: string,
    masterServerPublicKey: string,
    baseEndpointUrl: string,
    enableUnsecureTraffic: boolean,
  ): Promise<boolean>;
  async configure(...args: unknown[]): Promise<boolean> {
    return guard(async () => {
      await configureSession(this.instanceId, args);
      return true;
    });
  }

  /**
   * Ends this instance: what is under way fails with OPERATION_CANCELED, keys in memory are wiped, an activation that was
   * not committed is forgotten. Activation and tokens stay in the storage.
   *
   * @returns true
   * @example
   * ```ts
   * await powerAuth.deconfigure();
   * ```
   */
  async deconfigure(): Promise<boolean> {
    return guard(async () => {
      await deconfigureSession(this.instanceId);
      return true;
    });
  }
}
