/**
 * A configured instance: what stands behind all `PowerAuth` objects of one instance id.
 *
 * @module
 */

import { defaultBiometry, defaultSealingKey, defaultStorage } from '#platform';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { createEngine } from '../hot-path/index.ts';
import type { HotPathEngine } from '../hot-path/types.ts';
import { HttpClient } from '../net/client.ts';
import { systemClock } from '../net/clock.ts';
import { Endpoints } from '../net/endpoints.ts';
import { TimeSynchronization } from '../net/time-sync.ts';
import { importSealingKey, sealedUnheld } from '../storage/sealed.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../storage/types.ts';
import { deconfigured } from '../util/abort.ts';
import { withHidden } from '../util/hidden.ts';
import { AccessTokens } from './access-tokens.ts';
import { BiometryFactor } from './biometry.ts';
import { ActivationStore, missingActivation } from './activation-store.ts';
import { subscribeTo } from './change-hub.ts';
import type { Configurations } from './configurations.ts';
import { Encryption } from './encryption.ts';
import { PendingActivation } from './pending-activation.ts';
import { RecordKeys } from './record-keys.ts';
import { RequestSigner } from './request-signer.ts';
import { SessionStorage } from './session-storage.ts';

/** One configured instance: its parts, made once, wired in one place. */
export class Session {
  readonly instanceId: string;
  readonly configurations: Configurations;
  readonly engine: HotPathEngine;
  readonly endpoints: Endpoints;
  readonly time: TimeSynchronization;
  readonly activation: ActivationStore;
  readonly biometry: BiometryFactor;
  readonly pending: PendingActivation;
  readonly encryption: Encryption;
  readonly signer: RequestSigner;
  readonly tokens: AccessTokens;
  readonly #keys: RecordKeys;
  readonly #storage: SessionStorage;
  readonly #ended = new AbortController();
  readonly #closing = new Set<() => void>();
  /** A change of the activation that is under way here and waits for nobody, neither server nor user. */
  #change: Promise<unknown> | undefined;
  readonly #unsubscribe: () => void;

  private constructor(
    instanceId: string,
    configurations: Configurations,
    engine: HotPathEngine,
    medium: PowerAuthStorage,
    opened: PowerAuthStorage,
    ownsStorage: boolean,
  ) {
    const { configuration, clientConfiguration } = configurations;
    const { signal } = this.#ended;
    this.instanceId = instanceId;
    this.configurations = configurations;
    this.engine = engine;
    const storage = new SessionStorage(opened, ownsStorage, signal);
    this.#storage = storage;
    this.#keys = new RecordKeys(instanceId);

    this.endpoints = new Endpoints(
      new HttpClient({
        ...clientConfiguration,
        // Secrets are in no copy of a configuration, unless they are asked for.
        customHttpHeaders: clientConfiguration.customHttpHeaders,
        basicHttpAuthentication: clientConfiguration.basicHttpAuthentication,
        baseEndpointUrl: configuration.baseEndpointUrl,
        signal,
      }),
    );
    this.time = new TimeSynchronization({
      clock: clientConfiguration.clock ?? systemClock,
      fetchServerTime: () => this.endpoints.serverStatus(),
    });
    this.activation = new ActivationStore(storage, this.#keys, () => this.tokens.doubt());
    const { authenticateOnBiometricKeySetup, provider = defaultBiometry() } =
      configurations.biometryConfiguration;
    this.biometry = new BiometryFactor(this.activation, { provider, authenticateOnBiometricKeySetup });
    this.encryption = new Encryption(configuration, this.endpoints, this.time);
    this.signer = new RequestSigner(configuration, this.activation, storage, this.#keys.requests);
    this.tokens = new AccessTokens(this, storage, this.#keys);
    this.pending = new PendingActivation(this);
    // Of the medium itself, which all who share it hear together.
    this.#unsubscribe = subscribeTo(medium, this.#keys.instance, (change) => this.#onChange(change));
  }

  /** Builds a session; opens no file and sends nothing yet. */
  static async open(instanceId: string, configurations: Configurations): Promise<Session> {
    const { clientConfiguration, keychainConfiguration } = configurations;
    const { storage = defaultStorage(), sealingKey: given } = keychainConfiguration;
    // Bytes are kept as a key that gives them to nobody, not even to readers of the configuration.
    const sealingKey = given instanceof Uint8Array ? await importSealingKey(given) : given;
    const key = sealingKey ?? (() => defaultSealingKey(storage));
    const engine = await createEngine(clientConfiguration);
    return new Session(
      instanceId,
      { ...configurations, keychainConfiguration: withHidden(keychainConfiguration, { sealingKey }) },
      engine,
      storage,
      sealedUnheld(storage, key),
      keychainConfiguration.storage === undefined,
    );
  }

  /**
   * Does what must not end half way when the session is closed; it waits for nothing but the storage, and for short work.
   *
   * @throws OPERATION_CANCELED, and does nothing, after {@link close}
   */
  async uncut<T>(work: () => Promise<T>): Promise<T> {
    return this.#storage.uncut(work);
  }

  /**
   * The same with a change of the activation: calls that come after it see what it made of the activation, even where the
   * caller did not await it. Apps of the React Native SDK count on that, because native calls run one after another.
   */
  async during<T>(change: () => Promise<T>): Promise<T> {
    const running = this.uncut(change);
    const settled = running
      .catch(() => undefined)
      .then(() => {
        if (this.#change === settled) this.#change = undefined;
      });
    this.#change = settled;
    return running;
  }

  /** Whether there is a change to wait for, see {@link settled}. */
  get isChanging(): boolean {
    return this.#change !== undefined;
  }

  /** Waits for a change that is under way, see {@link during}. */
  async settled(): Promise<this> {
    while (this.#change !== undefined) await this.#change;
    return this;
  }

  /**
   * @param whilePending code of the error when an activation waits for its commit
   * @throws MISSING_ACTIVATION
   */
  async requireActivation(
    whilePending: PowerAuthErrorCode = PowerAuthErrorCode.MISSING_ACTIVATION,
  ): Promise<void> {
    await this.settled();
    if ((await this.activation.activationId()) !== undefined) return;
    if (!this.pending.exists) throw missingActivation();
    throw failure(whilePending, 'The activation is not committed yet; call commitActivation first');
  }

  /** Whether {@link close} was called. */
  get isClosed(): boolean {
    return this.#ended.signal.aborted;
  }

  /** @throws OPERATION_CANCELED after {@link close} */
  throwIfClosed(): void {
    if (this.isClosed) throw deconfigured();
  }

  /**
   * Calls `wipe` when this session is closed, for what holds its secrets elsewhere.
   *
   * @returns a function that takes this back
   * @throws OPERATION_CANCELED after {@link close}
   */
  whenClosed(wipe: () => void): () => void {
    this.throwIfClosed();
    this.#closing.add(wipe);
    return () => void this.#closing.delete(wipe);
  }

  /** Removes activation and tokens from this device, and whatever an activation under way has left. */
  async removeActivation(): Promise<void> {
    return this.#remove(async () => {
      await this.pending.abandon();
      // A record that can't be read is deleted all the same.
      const factor = await this.biometry.present().catch(() => undefined);
      await this.activation.delete();
      return factor;
    });
  }

  /** Removes one activation and its tokens from this device; another one that took its place meanwhile stays. */
  async removeActivationOf(activationId: string): Promise<void> {
    return this.#remove(async () => (await this.activation.deleteOf(activationId))?.biometry);
  }

  /** @param remove answers the biometry factor that went with the activation */
  async #remove(remove: () => Promise<Parameters<BiometryFactor['discard']>[0] | undefined>): Promise<void> {
    const factor = await this.during(async () => {
      const removed = await remove().catch((error: unknown) => {
        // A storage that reports a failure may have done what it was told.
        this.tokens.doubt();
        throw error;
      });
      // With the activation its tokens are gone. What the storage fails to sweep out is worth nothing, and swept out next time.
      await this.tokens.removeOrphans().catch(() => this.tokens.doubt());
      return removed;
    });
    // Others need not wait for a platform that takes its time.
    if (factor !== undefined) await this.biometry.discard(factor);
  }

  /**
   * Ends what is under way with OPERATION_CANCELED, but for what is being written, which it waits for; wipes the key slots,
   * and lets go of the storage.
   */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#ended.abort();
    this.biometry.close();
    for (const wipe of this.#closing) wipe();
    this.tokens.close();
    this.pending.clear();
    await this.#storage.close();
  }

  #onChange(change: PowerAuthStorageChange): void {
    if (change === 'all' || change.includes(this.#keys.activation)) {
      this.activation.forget();
      this.tokens.doubt();
    } else {
      for (const key of change) if (key.startsWith(this.#keys.tokens)) this.tokens.doubt(key);
    }
  }
}
