/**
 * `powerauth-wasm/tokens`: headers of access tokens, for pages that need nothing else. It takes little more than half of
 * what the whole SDK takes in a bundle. The activation and its tokens are made with the whole SDK, on another page of the
 * same origin, or in a part of the app that is loaded later.
 *
 * @module powerauth-wasm/tokens
 */

import type { PowerAuthClientConfigurationType } from './model/power-auth-client-configuration.ts';
import type {
  PowerAuthConfigurationString,
  PowerAuthConfigurationType,
} from './model/power-auth-configuration.ts';
import type { PowerAuthKeychainConfigurationType } from './model/power-auth-keychain-configuration.ts';
import { guard } from './power-auth/guard.ts';
import { PowerAuthLocalTokenStore } from './power-auth-local-token-store.ts';
import { configureSession, deconfigureSession, findSession } from './session/registry.ts';
import { wrongParameter } from './util/validate.ts';

export { PowerAuthError, PowerAuthErrorCode, type PowerAuthErrorData } from './errors.ts';
export { PowerAuthLocalTokenStore, type PowerAuthToken } from './power-auth-local-token-store.ts';
export type { PowerAuthTokenHeaderGenerator } from './power-auth-token-header-generator.ts';
export type { PowerAuthAuthorizationHttpHeader } from './model/power-auth-authorization-http-header.ts';
export type {
  PowerAuthBasicHttpAuthentication,
  PowerAuthClientConfigurationType,
  PowerAuthHttpHeader,
} from './model/power-auth-client-configuration.ts';
export type {
  PowerAuthConfigurationString,
  PowerAuthConfigurationType,
} from './model/power-auth-configuration.ts';
export type { PowerAuthKeychainConfigurationType } from './model/power-auth-keychain-configuration.ts';

/**
 * The access tokens of an instance that has its activation already.
 *
 * It is the same instance as the `PowerAuth` of the same id. A page that loads both may configure it by either, once;
 * each sees it configured. Nothing differs between their headers. `PowerAuth` can do the rest as well if `PowerAuthTokens`
 * has configured the instance.
 *
 * @example
 * ```ts
 * const tokens = new PowerAuthTokens('bank');
 * if (!(await tokens.isConfigured())) await tokens.configure(configuration);
 * const { key, value } = await tokens.tokenStore.generateHeaderForToken('accounts');
 * await fetch(url, { headers: { [key]: value } });
 * ```
 */
export class PowerAuthTokens {
  /** Distinguishes instances, as that of `PowerAuth`. */
  readonly instanceId: string;
  /** The tokens in the storage. */
  readonly tokenStore: PowerAuthLocalTokenStore;

  /**
   * Makes an object for the instance; {@link configure} does the rest.
   *
   * @param instanceId a non-empty string
   * @throws WRONG_PARAMETER
   * @example
   * ```ts
   * const tokens = new PowerAuthTokens('bank');
   * ```
   */
  constructor(instanceId: string) {
    if (typeof instanceId !== 'string' || instanceId === '')
      throw wrongParameter('instanceId', 'a non-empty string', instanceId);
    this.instanceId = instanceId;
    this.tokenStore = new PowerAuthLocalTokenStore(instanceId);
  }

  /**
   * Configures the instance, as `PowerAuth.configure` does. Reads and sends nothing.
   *
   * @param configuration the same as that of the activation
   * @param client settings of the connection, on which the server is asked for its time
   * @param keychain storage and sealing key, the same as those of the activation
   * @throws WRONG_PARAMETER naming the field, INSUFFICIENT_KEYCHAIN_PROTECTION, REACT_NATIVE_ERROR if it is configured
   *   already
   * @example
   * ```ts
   * await new PowerAuthTokens('bank').configure(configuration, { readTimeout: 5 });
   * ```
   */
  async configure(
    configuration: PowerAuthConfigurationType | PowerAuthConfigurationString,
    client?: PowerAuthClientConfigurationType,
    keychain?: PowerAuthKeychainConfigurationType,
  ): Promise<void> {
    return guard(() => configureSession(this.instanceId, [configuration, client, undefined, keychain]));
  }

  /**
   * Whether the instance is configured, by this class or by `PowerAuth`.
   *
   * @example
   * ```ts
   * if (!(await tokens.isConfigured())) await tokens.configure(configuration);
   * ```
   */
  async isConfigured(): Promise<boolean> {
    return findSession(this.instanceId) !== undefined;
  }

  /**
   * Ends the use of the instance, as `PowerAuth.deconfigure` does: wipes what is cached, keeps what is stored. No error if
   * it isn't configured.
   *
   * @example
   * ```ts
   * await tokens.deconfigure();
   * ```
   */
  async deconfigure(): Promise<void> {
    return guard(() => deconfigureSession(this.instanceId));
  }
}
