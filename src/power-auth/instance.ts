/**
 * What every instance has from its construction on: its configuration, its tokens, the server's time.
 *
 * @module
 */

import type { EngineName } from '../hot-path/types.ts';
import type { PowerAuthBiometryConfigurationType } from '../model/power-auth-biometry-configuration.ts';
import type { PowerAuthClientConfigurationType } from '../model/power-auth-client-configuration.ts';
import type {
  PowerAuthConfigurationString,
  PowerAuthConfigurationType,
} from '../model/power-auth-configuration.ts';
import type { PowerAuthKeychainConfigurationType } from '../model/power-auth-keychain-configuration.ts';
import type { PowerAuthSharingConfigurationType } from '../model/power-auth-sharing-configuration.ts';
import { PowerAuthTimeSynchronizationService } from '../power-auth-time-synchronization-service.ts';
import { PowerAuthTokenStore } from '../power-auth-token-store.ts';
import { configurationsOf, configureSession, deconfigureSession, findSession } from '../session/registry.ts';
import type { PowerAuthStatistics } from '../util/events.ts';
import { SERVER_TIME, type ServerTime } from '../util/server-time.ts';
import { assertText } from '../util/validate.ts';
import { tokenCache } from '../session/token-cache.ts';
import { WHOLE } from '../session/whole.ts';
import { statisticsOf } from './statistics.ts';
import { guard } from './guard.ts';
import { onSession } from './on-session.ts';

/** The members of `PowerAuth` that need no activation. */
export abstract class PowerAuthInstance {
  /** Identifier of this instance. */
  readonly instanceId: string;
  /** Access tokens of this instance. */
  readonly tokenStore: PowerAuthTokenStore;
  /** The server's time. */
  readonly timeSynchronizationService: PowerAuthTimeSynchronizationService;

  /**
   * Creates the object; `configure` creates the client.
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
    this.timeSynchronizationService = new PowerAuthTimeSynchronizationService(instanceId);
  }

  /** The value passed to `configure`, or undefined before. */
  get configuration(): PowerAuthConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.configuration;
  }

  /** The value passed to `configure`, with defaults filled in, or undefined before. */
  get clientConfiguration(): PowerAuthClientConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.clientConfiguration;
  }

  /** The value passed to `configure`, with defaults filled in, or undefined before. */
  get biometryConfiguration(): PowerAuthBiometryConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.biometryConfiguration;
  }

  /** The value passed to `configure`, with defaults filled in, or undefined before. */
  get keychainConfiguration(): PowerAuthKeychainConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.keychainConfiguration;
  }

  /** The value passed to `configure`, or undefined before. */
  get sharingConfiguration(): PowerAuthSharingConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.sharingConfiguration;
  }

  /** The engine that makes the token headers, or undefined before `configure`. */
  get engine(): EngineName | undefined {
    return findSession(this.instanceId)?.engine.name;
  }

  /**
   * What this instance, and all others with the same settings, have done in this thread.
   *
   * @returns a snapshot; undefined before `configure`
   * @example
   * ```ts
   * console.log(powerAuth.statistics()?.failedRequests);
   * ```
   */
  statistics(): PowerAuthStatistics | undefined {
    const session = findSession(this.instanceId);
    return session && statisticsOf(session.settings, tokenCache.size);
  }

  /** @internal For `powerauth-wasm/fetch`; undefined before `configure`. */
  get [SERVER_TIME](): ServerTime | undefined {
    const session = findSession(this.instanceId);
    if (session === undefined) return undefined;
    const { time } = session;
    return {
      age: time.age,
      now: time.knownTime(),
      synchronize: () => onSession(this.instanceId, () => session.unlessClosed(time.synchronize())),
    };
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
   * Prepares this instance. Nothing is sent, and the storage is opened by the first call that needs it. A base URL with
   * `http:` is accepted; without `enableUnsecureTraffic` every call that would send something to it fails with
   * NETWORK_ERROR and sends nothing.
   *
   * @returns true
   * @throws WRONG_PARAMETER naming the field, REACT_NATIVE_ERROR if the instance is already configured,
   *   INSUFFICIENT_KEYCHAIN_PROTECTION
   * @example
   * ```ts
   * await powerAuth.configure(configuration, { readTimeout: 5 });
   * ```
   */
  configure(
    configuration: PowerAuthConfigurationType | PowerAuthConfigurationString,
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
  configure(configuration: string, baseEndpointUrl: string, enableUnsecureTraffic: boolean): Promise<boolean>;
  configure(...args: unknown[]): Promise<boolean> {
    return guard(async () => {
      await configureSession(this.instanceId, args, WHOLE);
      return true;
    });
  }

  /**
   * Ends this instance: calls in progress fail with OPERATION_CANCELED, keys in memory are wiped, and an uncommitted
   * activation is forgotten. The activation and its tokens stay in the storage.
   *
   * @returns true
   * @example
   * ```ts
   * await powerAuth.deconfigure();
   * ```
   */
  deconfigure(): Promise<boolean> {
    return guard(async () => {
      await deconfigureSession(this.instanceId);
      return true;
    });
  }
}
