/**
 * The class of keychain configurations. It is in a file of its own because a page for tokens alone doesn't need it.
 *
 * @module
 */

import type { PowerAuthSealingKey, PowerAuthStorage } from '../storage/types.ts';
import { hideGetters } from '../util/hidden.ts';
import { itself, knowItself } from '../util/instance.ts';
import {
  buildKeychainConfiguration,
  PBKDF2_ITERATIONS,
  PowerAuthKeychainProtection,
  type PowerAuthKeychainConfigurationType,
} from './power-auth-keychain-configuration.ts';

/**
 * {@link PowerAuthKeychainConfigurationType} as a class.
 *
 * @example
 * ```ts
 * import { memoryStorage } from 'powerauth-wasm/storage/memory';
 *
 * const keychain = new PowerAuthKeychainConfiguration({ storage: memoryStorage() });
 * await powerAuth.configure(configuration, client, undefined, keychain);
 * ```
 */
export class PowerAuthKeychainConfiguration implements PowerAuthKeychainConfigurationType {
  accessGroupName?: string | undefined;
  userDefaultsSuiteName?: string | undefined;
  minimalRequiredKeychainProtection: PowerAuthKeychainProtection;
  storage?: PowerAuthStorage | undefined;
  pbkdf2Iterations: number;
  readonly #sealingKey: PowerAuthSealingKey | undefined;

  /**
   * Creates settings; `configure` checks them.
   *
   * @example
   * ```ts
   * const keychain = new PowerAuthKeychainConfiguration({ sealingKey: crypto.getRandomValues(new Uint8Array(32)) });
   * ```
   */
  constructor(settings: PowerAuthKeychainConfigurationType = {}) {
    knowItself(this);
    this.accessGroupName = settings.accessGroupName;
    this.userDefaultsSuiteName = settings.userDefaultsSuiteName;
    this.minimalRequiredKeychainProtection =
      settings.minimalRequiredKeychainProtection ?? PowerAuthKeychainProtection.NONE;
    this.storage = settings.storage;
    this.pbkdf2Iterations = settings.pbkdf2Iterations ?? PBKDF2_ITERATIONS;
    this.#sealingKey = settings.sealingKey;
  }

  static {
    hideGetters(this.prototype, ['sealingKey']);
  }

  /** The key as it was given. No JSON, log or copy of this object contains it. */
  get sealingKey(): PowerAuthSealingKey | undefined {
    return itself(this).#sealingKey;
  }

  /**
   * The defaults, frozen.
   *
   * @example
   * ```ts
   * PowerAuthKeychainConfiguration.default().minimalRequiredKeychainProtection; // 'NONE'
   * ```
   */
  static default(): PowerAuthKeychainConfigurationType {
    return buildKeychainConfiguration(undefined);
  }
}
