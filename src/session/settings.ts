/**
 * State that instances with equal settings share: checked configurations, engine, server, sealed storage.
 *
 * @module
 */

import { openChannel } from '#platform';
import { threadEngine } from '../hot-path/index.ts';
import type { HeaderStock, HotPathEngine } from '../hot-path/types.ts';
import { Server } from '../net/server.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import type { Point } from '../protocol/keys.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { Insight } from '../util/insight.ts';
import type { ChangeHub } from './change-hub.ts';
import {
  argumentsAsObjects,
  buildConfigurations,
  masterServerKey,
  type Configurations,
} from './configurations.ts';
import type { SourceLink, TokenSource } from './cached-token.ts';
import { readSettings } from './settings-key.ts';
import { Store, type StoreUse } from './store.ts';
import { ApplicationKey } from './temporary-keys.ts';

/** The settings of one or many instances. Nothing is read, sent or timed until one of them is used. */
export class Settings implements TokenSource {
  readonly configurations: Configurations;
  readonly engine: HotPathEngine;
  readonly server: Server;
  /** What its instances tell. */
  readonly insight: Insight;
  /** The key of application scope. */
  readonly applicationKey: ApplicationKey;
  readonly #store: Store;
  readonly #storeUse: StoreUse;
  #masterKey: Point | undefined;
  #stock: HeaderStock | undefined;
  /** For those who may outlive these settings. */
  readonly link: SourceLink = { source: this };

  constructor(configurations: Configurations, engine: HotPathEngine, store: Store, storeUse: StoreUse) {
    const { configuration, clientConfiguration } = configurations;
    this.configurations = configurations;
    this.engine = engine;
    this.insight = new Insight(clientConfiguration.observer, openChannel);
    this.#store = store;
    this.#storeUse = storeUse;
    this.server = Server.take({
      ...clientConfiguration,
      openChannel,
      // A copy of a configuration only has the secrets that are named.
      customHttpHeaders: clientConfiguration.customHttpHeaders,
      basicHttpAuthentication: clientConfiguration.basicHttpAuthentication,
      baseEndpointUrl: configuration.baseEndpointUrl,
    });
    // Taken after everything that may throw: otherwise nobody would return it.
    this.applicationKey = ApplicationKey.take(configuration, clientConfiguration.fetch);
  }

  /** Sealed. */
  get storage(): PowerAuthStorage {
    return this.#store.sealed;
  }

  /** Changes of the storage that others make. */
  get hub(): ChangeHub {
    return this.#store.hub;
  }

  /** Headers made in advance for the server's time. */
  get stock(): HeaderStock {
    return (this.#stock ??= this.server.stockOf(this.engine));
  }

  /** The master server key, compressed (33 B). Decoding it from Base64 costs a decompression. */
  get masterKey(): Point {
    return (this.#masterKey ??= masterServerKey(this.configurations.configuration));
  }

  get time(): TimeSynchronization {
    return this.server.time;
  }

  /** Closes the storage, unless it is the caller's. Call this when nobody writes any more. */
  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Releases what is shared with others, once nobody uses these settings any more. */
  end(): void {
    this.link.source = undefined;
    this.server.release();
    this.#storeUse.release(this.#store);
    this.applicationKey.release();
  }
}

/** Settings that are in use, or being created. */
export class SettingsUse {
  readonly #key: string | undefined;
  readonly #made: Promise<Settings>;
  /** The number of instances that are configured with them. */
  #users = 0;
  /** Their number, plus that of instances whose last writes are not done yet. */
  #writers = 0;
  /** Undefined while a key is being imported, or an engine created. */
  settings: Settings | undefined;

  private constructor(key: string | undefined, made: Promise<Settings>) {
    this.#key = key;
    this.#made = made;
    made.then(
      (settings) => {
        this.settings = settings;
        if (this.#users === 0) settings.end();
      },
      // The next user tries again.
      () => this.#forget(),
    );
  }

  /**
   * Returns the settings for `configure`'s arguments, in either form. Return them with {@link release}.
   *
   * @throws WRONG_PARAMETER naming the field, INSUFFICIENT_KEYCHAIN_PROTECTION
   */
  static take(given: readonly unknown[]): SettingsUse {
    const { key, sealingKey, args, wipe } = readSettings(argumentsAsObjects(given));
    const known = key === undefined ? undefined : uses.get(key);
    if (known !== undefined) {
      wipe();
      return known.#enter();
    }
    let configurations: Configurations;
    try {
      configurations = buildConfigurations(args);
    } catch (error) {
      wipe();
      throw error;
    }
    const use = new SettingsUse(key, make(configurations, sealingKey).finally(wipe));
    if (key !== undefined) uses.set(key, use);
    return use.#enter();
  }

  /** The same for a single instance. */
  static alone(configurations: Configurations): SettingsUse {
    return new SettingsUse(undefined, make(configurations)).#enter();
  }

  #enter(): this {
    this.#users++;
    this.#writers++;
    return this;
  }

  /** The settings, once they are created. @throws the error of their creation */
  async ready(): Promise<Settings> {
    return this.settings ?? this.#made;
  }

  /**
   * Returns them. With the last user, everything that is held for them is dropped, including secrets, except the
   * storage: see {@link leave}.
   */
  release(): void {
    if (--this.#users > 0) return;
    this.#forget();
    this.settings?.end();
  }

  /** Releases the storage, after {@link release}, when the last write is done. */
  async leave(): Promise<void> {
    if (--this.#writers === 0) await this.settings?.close();
  }

  #forget(): void {
    if (this.#key !== undefined && uses.get(this.#key) === this) uses.delete(this.#key);
  }
}

const uses = new Map<string, SettingsUse>();

/** Number of different settings in use; for tests. @internal */
export const settingsCount = (): number => uses.size;

/**
 * @param sealingKeyName a text that is the same for equal sealing keys
 * @throws WRONG_PARAMETER for headers that HTTP doesn't allow, and if the engine can't run
 */
async function make(configurations: Configurations, sealingKeyName?: string): Promise<Settings> {
  const { clientConfiguration, keychainConfiguration } = configurations;
  const use = Store.take(keychainConfiguration, sealingKeyName);
  const store = await use.opened;
  try {
    const engine = await threadEngine(clientConfiguration.engine);
    const keychain = store.secrets.addTo(keychainConfiguration);
    return new Settings(
      Object.freeze({ ...configurations, keychainConfiguration: keychain }),
      engine,
      store,
      use,
    );
  } catch (error) {
    use.release(store);
    throw error;
  }
}
