/**
 * A configured instance: what stands behind all `PowerAuth` objects of one instance id.
 *
 * @module
 */

import { defaultSealingKey, defaultStorage } from '#platform';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { createEngine } from '../hot-path/index.ts';
import type { HotPathEngine } from '../hot-path/types.ts';
import type { Endpoints } from '../net/endpoints.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import { sealedUnheld } from '../storage/sealed.ts';
import { importSealingKeys } from '../storage/sealing-key.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../storage/types.ts';
import { deconfigured } from '../util/abort.ts';
import { withHidden } from '../util/hidden.ts';
import { AccessTokens } from './access-tokens.ts';
import { ActivationChanges } from './activation-changes.ts';
import { missingActivation, type ActivationStore } from './activation-store.ts';
import type { BiometryFactor } from './biometry.ts';
import { subscribeTo } from './change-hub.ts';
import type { Configurations } from './configurations.ts';
import type { Encryption } from './encryption.ts';
import { makeParts, type SessionParts } from './parts.ts';
import { PendingActivation } from './pending-activation.ts';
import type { RecordKeys } from './record-keys.ts';
import type { RequestSigner } from './request-signer.ts';
import { SessionStorage } from './session-storage.ts';

/** One configured instance: its parts, made once, wired in one place. */
export class Session implements SessionParts {
  readonly configurations: Configurations;
  readonly keys: RecordKeys;
  readonly storage: SessionStorage;
  readonly engine: HotPathEngine;
  readonly endpoints: Endpoints;
  readonly time: TimeSynchronization;
  readonly activation: ActivationStore;
  readonly biometry: BiometryFactor;
  readonly encryption: Encryption;
  readonly signer: RequestSigner;
  readonly tokens: AccessTokens;
  readonly changes: ActivationChanges;
  readonly pending: PendingActivation;
  readonly #ended: AbortController;
  readonly #closing = new Set<() => void>();
  readonly #unsubscribe: () => void;

  private constructor(parts: SessionParts, medium: PowerAuthStorage, ended: AbortController) {
    this.configurations = parts.configurations;
    this.keys = parts.keys;
    this.storage = parts.storage;
    this.engine = parts.engine;
    this.endpoints = parts.endpoints;
    this.time = parts.time;
    this.activation = parts.activation;
    this.biometry = parts.biometry;
    this.encryption = parts.encryption;
    this.signer = parts.signer;
    const tokens = new AccessTokens(parts);
    this.tokens = tokens;
    this.changes = new ActivationChanges(parts.storage);
    this.pending = new PendingActivation(parts, tokens, this.changes);
    this.#ended = ended;
    parts.activation.whenOther(() => tokens.doubt());
    // Of the medium itself, which all who share it hear together.
    this.#unsubscribe = subscribeTo(medium, parts.keys.instance, (change) => this.#onChange(change));
  }

  /** Builds a session; opens no file and sends nothing yet. */
  static async open(instanceId: string, configurations: Configurations): Promise<Session> {
    const { clientConfiguration, keychainConfiguration } = configurations;
    const { storage = defaultStorage(), sealingKey: given } = keychainConfiguration;
    // Bytes are kept as a key that gives them to nobody, not even to readers of the configuration.
    const sealingKey = given && (await importSealingKeys(given));
    const key = sealingKey ?? (() => defaultSealingKey(storage));
    const engine = await createEngine(clientConfiguration);
    const ended = new AbortController();
    const ownsStorage = keychainConfiguration.storage === undefined;
    const parts = makeParts(
      instanceId,
      { ...configurations, keychainConfiguration: withHidden(keychainConfiguration, { sealingKey }) },
      engine,
      // Who keeps no key of its own can't replace it either.
      new SessionStorage(
        sealedUnheld(storage, key, storage.sealingKey !== undefined),
        ownsStorage,
        ended.signal,
      ),
      ended.signal,
    );
    return new Session(parts, storage, ended);
  }

  /**
   * @param whilePending code of the error when an activation waits for its commit
   * @throws MISSING_ACTIVATION
   */
  async requireActivation(
    whilePending: PowerAuthErrorCode = PowerAuthErrorCode.MISSING_ACTIVATION,
  ): Promise<void> {
    await this.changes.ended();
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
    const factor = await this.changes.make(async () => {
      const removed = await remove().catch((error: unknown) => {
        // A storage that reports a failure may have done what it was told.
        this.tokens.doubt();
        throw error;
      });
      // With the activation its tokens are gone. What the storage fails to sweep out is worth nothing, and swept out next time.
      await this.tokens.removeOrphans().catch(() => this.tokens.doubt());
      return removed;
    });
    await this.storage.forget();
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
    await this.storage.close();
  }

  #onChange(change: PowerAuthStorageChange): void {
    if (change === 'all' || change.includes(this.keys.activation)) {
      this.activation.forget();
      this.tokens.doubt();
    } else {
      for (const key of change) if (key.startsWith(this.keys.tokens)) this.tokens.doubt(key);
    }
  }
}
