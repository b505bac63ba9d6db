/**
 * What instances share that were configured alike: checked configurations, engine, server, sealed storage.
 *
 * @module
 */

import { defaultBiometry, defaultSealingKey, defaultStorage } from '#platform';
import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { threadEngine } from '../hot-path/index.ts';
import type { HeaderStock, HotPathEngine } from '../hot-path/types.ts';
import { Server } from '../net/server.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import { sealedUnheld } from '../storage/sealed.ts';
import { importSealingKeys } from '../storage/sealing-key.ts';
import type { Point } from '../protocol/keys.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { withHidden } from '../util/hidden.ts';
import { ChangeHub } from './change-hub.ts';
import {
  argumentsAsObjects,
  buildConfigurations,
  masterServerKey,
  type Configurations,
} from './configurations.ts';
import { readSettings } from './settings-key.ts';
import { ApplicationKey } from './temporary-keys.ts';

/** The settings of one or many instances. Nothing is read, sent or timed before one of them is used. */
export class Settings {
  readonly configurations: Configurations;
  readonly engine: HotPathEngine;
  readonly server: Server;
  /** Sealed. */
  readonly storage: PowerAuthStorage;
  /** Changes of the medium itself, which all who share it hear together. */
  readonly hub: ChangeHub;
  /** Of the application scope. */
  readonly applicationKey: ApplicationKey;
  readonly #ownsStorage: boolean;
  #biometry: PowerAuthBiometryProvider | undefined;
  #masterKey: Point | undefined;
  #stock: HeaderStock | undefined;

  constructor(configurations: Configurations, engine: HotPathEngine) {
    const { configuration, clientConfiguration, keychainConfiguration } = configurations;
    const { storage = defaultStorage(), sealingKey } = keychainConfiguration;
    this.configurations = configurations;
    this.engine = engine;
    // Who keeps no key of its own can't replace it either.
    const mayChange = storage.sealingKey !== undefined;
    this.storage = sealedUnheld(storage, sealingKey ?? (() => defaultSealingKey(storage)), mayChange);
    this.#ownsStorage = keychainConfiguration.storage === undefined;
    this.server = Server.take({
      ...clientConfiguration,
      // Secrets are in no copy of a configuration, unless they are asked for.
      customHttpHeaders: clientConfiguration.customHttpHeaders,
      basicHttpAuthentication: clientConfiguration.basicHttpAuthentication,
      baseEndpointUrl: configuration.baseEndpointUrl,
    });
    // After all that may throw: nobody would give them back.
    this.hub = ChangeHub.take(storage);
    this.applicationKey = ApplicationKey.take(configuration, clientConfiguration.fetch);
  }

  /** Headers made ahead for the server's time. */
  get stock(): HeaderStock {
    return (this.#stock ??= this.server.stockOf(this.engine));
  }

  /** The master server key, compressed (33 B). To take it out of its Base64 costs a decompression. */
  get masterKey(): Point {
    return (this.#masterKey ??= masterServerKey(this.configurations.configuration));
  }

  /** Who authenticates the user; undefined where the platform has nobody. */
  get biometry(): PowerAuthBiometryProvider | undefined {
    return (this.#biometry ??= this.configurations.biometryConfiguration.provider ?? defaultBiometry());
  }

  get time(): TimeSynchronization {
    return this.server.time;
  }

  /** Closes the storage, unless it is the caller's: nobody writes any more. */
  async close(): Promise<void> {
    if (this.#ownsStorage) await this.storage.close();
  }

  /** Lets go of what is shared with others, once nobody has these settings any more. */
  end(): void {
    this.server.release();
    this.hub.release();
    this.applicationKey.release();
  }
}

/** Settings that are in use, or in the making. */
export class SettingsUse {
  readonly #key: string | undefined;
  readonly #made: Promise<Settings>;
  /** Instances that are configured with them. */
  #users = 0;
  /** Those, and others whose last writes are not done yet. */
  #writers = 0;
  /** Undefined while a key is imported, or an engine made. */
  settings: Settings | undefined;

  private constructor(key: string | undefined, made: Promise<Settings>) {
    this.#key = key;
    this.#made = made;
    made.then(
      (settings) => {
        this.settings = settings;
        if (this.#users === 0) settings.end();
      },
      // Whoever comes next tries again.
      () => this.#forget(),
    );
  }

  /**
   * The settings of `configure`'s arguments, in either form; to be given back with {@link release}.
   *
   * @throws WRONG_PARAMETER naming the field, INSUFFICIENT_KEYCHAIN_PROTECTION
   */
  static take(given: readonly unknown[]): SettingsUse {
    const { key, args, wipe } = readSettings(argumentsAsObjects(given));
    const known = key === undefined ? undefined : uses.get(key);
    if (known !== undefined) {
      wipe();
      return known.#enter();
    }
    const use = new SettingsUse(key, makeSettings(args).finally(wipe));
    if (key !== undefined) uses.set(key, use);
    return use.#enter();
  }

  /** The same for one instance alone. */
  static alone(configurations: Configurations): SettingsUse {
    return new SettingsUse(undefined, make(configurations)).#enter();
  }

  #enter(): this {
    this.#users++;
    this.#writers++;
    return this;
  }

  /** The settings, when they are made. @throws what their making fails with */
  async ready(): Promise<Settings> {
    return this.settings ?? this.#made;
  }

  /**
   * Gives them back. With the last user everything goes that is held for them, secrets among them, but for the storage: see
   * {@link leave}.
   */
  release(): void {
    if (--this.#users > 0) return;
    this.#forget();
    this.settings?.end();
  }

  /** Lets go of the storage, after {@link release}, when the last write is done. */
  async leave(): Promise<void> {
    if (--this.#writers === 0) await this.settings?.close();
  }

  #forget(): void {
    if (this.#key !== undefined && uses.get(this.#key) === this) uses.delete(this.#key);
  }
}

/** @throws WRONG_PARAMETER, INSUFFICIENT_KEYCHAIN_PROTECTION, at once */
const makeSettings = (args: readonly unknown[]): Promise<Settings> => make(buildConfigurations(args));

const uses = new Map<string, SettingsUse>();

/** Number of different settings in use; for tests. @internal */
export const settingsCount = (): number => uses.size;

/** The keys are copied before this returns a promise. */
async function make(configurations: Configurations): Promise<Settings> {
  const { clientConfiguration, keychainConfiguration } = configurations;
  const { sealingKey: given } = keychainConfiguration;
  // Bytes are kept as a key that gives them to nobody, not even to readers of the configuration.
  const sealingKey = given && (await importSealingKeys(given));
  if (Array.isArray(sealingKey)) Object.freeze(sealingKey);
  const engine = await threadEngine(clientConfiguration.engine);
  return new Settings(
    Object.freeze({
      ...configurations,
      keychainConfiguration: withHidden(keychainConfiguration, { sealingKey }),
    }),
    engine,
  );
}
