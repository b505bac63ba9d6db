/**
 * The class of client configurations. It is in a file of its own because a page for tokens alone doesn't need it.
 *
 * @module
 */

import type { EngineName } from '../hot-path/types.ts';
import type { PowerAuthClock } from '../net/clock.ts';
import type { PowerAuthEvent } from '../util/events.ts';
import { hideMembers, keepSecrets } from '../util/hidden.ts';
import {
  buildClientConfiguration,
  type PowerAuthBasicHttpAuthentication,
  type PowerAuthClientConfigurationType,
  type PowerAuthHttpHeader,
} from './power-auth-client-configuration.ts';

/** Members that contain credentials. */
const SECRETS = ['customHttpHeaders', 'basicHttpAuthentication'];

/**
 * {@link PowerAuthClientConfigurationType} as a class with the defaults filled in. Headers and credentials can be read
 * as members, but no JSON, log or copy of the object contains them.
 *
 * @example
 * ```ts
 * const client = new PowerAuthClientConfiguration();
 * client.readTimeout = 5;
 * await powerAuth.configure(configuration, client);
 * ```
 */
export class PowerAuthClientConfiguration implements PowerAuthClientConfigurationType {
  enableUnsecureTraffic = false;
  connectionTimeout = 20;
  readTimeout = 20;
  customHttpHeaders?: PowerAuthHttpHeader[] | null = null;
  basicHttpAuthentication?: PowerAuthBasicHttpAuthentication | null = null;
  declare fetch?: typeof globalThis.fetch;
  declare clock?: PowerAuthClock;
  declare engine?: EngineName;
  declare observer?: (event: PowerAuthEvent) => unknown;

  static {
    hideMembers(this.prototype, SECRETS);
  }

  /**
   * Creates the defaults, which you can change; `configure` checks them.
   *
   * @example
   * ```ts
   * const client = new PowerAuthClientConfiguration();
   * ```
   */
  constructor() {
    keepSecrets(this, SECRETS);
  }

  /**
   * The defaults, frozen.
   *
   * @example
   * ```ts
   * PowerAuthClientConfiguration.default().readTimeout; // 20
   * ```
   */
  static default(): PowerAuthClientConfigurationType {
    return buildClientConfiguration(undefined);
  }
}
