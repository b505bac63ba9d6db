/**
 * A configured instance, shared by all `PowerAuth` objects of one instance id.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { HotPathEngine } from '../hot-path/types.ts';
import type { Endpoints } from '../net/endpoint-requests.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import { deconfigured } from '../util/abort.ts';
import type { Tell } from '../util/insight.ts';
import { Ending } from '../util/ending.ts';
import { AccessTokens } from './access-tokens.ts';
import { ActivationChanges } from './activation-changes.ts';
import { missingActivation, ActivationStore } from './activation-store.ts';
import type { BiometryFactor } from './biometry.ts';
import type { CachedToken } from './cached-token.ts';
import type { HubMember } from './change-hub.ts';
import type { Configurations } from './configurations.ts';
import type { Encryption } from './encryption.ts';
import { PartsInUse, type PartsKit, type SessionParts } from './parts.ts';
import type { PendingActivation } from './pending-activation.ts';
import { RecordKeys } from './record-keys.ts';
import type { RequestSigner } from './request-signer.ts';
import type { SessionStorage } from './session-storage.ts';
import { SettingsUse, type Settings } from './settings.ts';
import type { TokenRequests } from './token-requests.ts';

/** The epoch of a session that has not used the storage yet. */
const NEVER = -1;

/** What the whole SDK adds to a session, see ./whole.ts. */
export interface SessionKit extends PartsKit {
  pending(session: SessionParts, tokens: AccessTokens, changes: ActivationChanges): PendingActivation;
  tokenRequests(session: SessionParts, tokens: AccessTokens): TokenRequests;
  /** Called once, when it is added. */
  begin(session: Session): void;
  /** Called when the session is closed. */
  end(session: Session): void;
}

/**
 * One configured instance: an id and settings that it shares with others, until it is used. Its parts are created when
 * they are needed, and dropped when no call is in progress, except what it remembers of its activation and tokens.
 */
export class Session implements SessionParts, HubMember {
  readonly instanceId: string;
  readonly settings: Settings;
  readonly #use: SettingsUse;
  #kit: SessionKit | undefined;
  #isClosed = false;
  /** Calls in progress. */
  #calls = 0;
  /** The hub's epoch when what is remembered of the storage was last correct. */
  #epoch = NEVER;
  #ended: Ending | undefined;
  #keys: RecordKeys | undefined;
  #activation: ActivationStore | undefined;
  #tokens: AccessTokens | undefined;
  #parts: PartsInUse | undefined;
  #changes: ActivationChanges | undefined;
  #pending: PendingActivation | undefined;
  #tokenRequests: TokenRequests | undefined;

  /**
   * Builds a session; opens no file and sends nothing yet.
   *
   * @param use of settings that exist; returned when the session is closed
   */
  constructor(instanceId: string, use: SettingsUse, settings: Settings) {
    this.instanceId = instanceId;
    this.#use = use;
    this.settings = settings;
  }

  /** Opens a session that shares its settings with nobody. */
  static async open(instanceId: string, configurations: Configurations, kit: SessionKit): Promise<Session> {
    const use = SettingsUse.alone(configurations);
    return new Session(instanceId, use, await use.ready()).equip(kit);
  }

  /** Adds what the whole SDK has: any of its calls may meet a session that a page for tokens alone has opened. */
  equip(kit: SessionKit): this {
    if (this.#kit === undefined && !this.#isClosed) {
      this.#kit = kit;
      kit.begin(this);
    }
    return this;
  }

  get #whole(): SessionKit {
    if (this.#kit !== undefined) return this.#kit;
    throw this.#isClosed ? deconfigured() : new TypeError('This session can only make headers');
  }

  get configurations(): Configurations {
    return this.settings.configurations;
  }

  get engine(): HotPathEngine {
    return this.settings.engine;
  }

  get time(): TimeSynchronization {
    return this.settings.server.time;
  }

  get keys(): RecordKeys {
    return (this.#keys ??= new RecordKeys(this.instanceId));
  }

  get activation(): ActivationStore {
    return (this.#activation ??= new ActivationStore(this));
  }

  get tokens(): AccessTokens {
    return (this.#tokens ??= new AccessTokens(this));
  }

  /** The storage. From its first use on this session is told what others change. */
  get storage(): SessionStorage {
    if (this.#epoch === NEVER && !this.#isClosed) {
      const { hub } = this.settings;
      hub.enter(this.keys.instance, this);
      this.#epoch = hub.epoch;
    }
    return this.#inUse.storage;
  }

  get endpoints(): Endpoints {
    return this.#inUse.endpoints;
  }

  get tell(): Tell {
    return this.#inUse.tell;
  }

  get biometry(): BiometryFactor {
    return this.#inUse.biometry;
  }

  get encryption(): Encryption {
    return this.#inUse.encryption;
  }

  get signer(): RequestSigner {
    return this.#inUse.signer;
  }

  get changes(): ActivationChanges {
    return (this.#changes ??= new ActivationChanges(this.storage));
  }

  get pending(): PendingActivation {
    return (this.#pending ??= this.#whole.pending(this, this.tokens, this.changes));
  }

  get tokenRequests(): TokenRequests {
    return (this.#tokenRequests ??= this.#whole.tokenRequests(this, this.tokens));
  }

  get #inUse(): PartsInUse {
    return (this.#parts ??= new PartsInUse(this, this.#end, () => this.#whole));
  }

  get #end(): Ending {
    if (this.#ended === undefined) {
      this.#ended = new Ending();
      if (this.#isClosed) this.#ended.end();
    }
    return this.#ended;
  }

  async during<T>(work: () => T | Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await work();
    } finally {
      this.#calls--;
      this.#rest();
    }
  }

  /** Drops parts that are created again when they are needed. */
  #rest(): void {
    if (this.#calls > 0 || this.#isClosed) return;
    // Kept: secrets that wait for their commit, and writes that nobody waits for any more.
    if (this.#pending?.exists === true || this.#parts?.storage.isIdle === false) return;
    this.#parts = undefined;
    this.#changes = undefined;
    this.#pending = undefined;
    this.#tokenRequests = undefined;
    if (this.#ended?.isAwaited === false) this.#ended = undefined;
    if (this.#tokens?.isIdle === true) this.#tokens = undefined;
  }

  async synchronized(): Promise<void> {
    while (Number.isNaN(this.time.knownTime())) {
      this.throwIfClosed();
      await this.unlessClosed(this.time.synchronize());
    }
  }

  unlessClosed<T>(promise: Promise<T>): Promise<T> {
    return this.#end.unlessOver(promise);
  }

  catchUp(): void {
    void this.doubted();
  }

  doubted(): Promise<void> | undefined {
    const { epoch } = this.settings.hub;
    if (this.#epoch === epoch || this.#epoch === NEVER) return undefined;
    this.#epoch = epoch;
    return this.#doubtAll();
  }

  /** Keeps a token in its key slot. From here on this session is told at once about anything that may concern it. */
  holdToken(token: CachedToken): void {
    this.tokens.hold(token);
    this.settings.hub.tellAtOnce(this, true);
  }

  /** Ends {@link holdToken}. */
  letGoOfToken(token: CachedToken): void {
    this.tokens.letGo(token);
    if (!this.tokens.isHeld) this.settings.hub.tellAtOnce(this, false);
  }

  changed(key: string): void {
    if (key === this.#keys?.activation) void this.#doubtAll();
    else if (this.#keys !== undefined && key.startsWith(this.#keys.tokens)) void this.#tokens?.doubt(key);
  }

  otherActivation(): void {
    void this.#tokens?.doubt();
  }

  #doubtAll(): Promise<void> | undefined {
    this.#activation?.forget();
    return this.#tokens?.doubt();
  }

  /**
   * @param whilePending code of the error if an activation waits for its commit
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
    return this.#isClosed;
  }

  /** @throws OPERATION_CANCELED after {@link close} */
  throwIfClosed(): void {
    if (this.isClosed) throw deconfigured();
  }

  /**
   * Calls `wipe` when this session is closed, for objects that hold its secrets elsewhere.
   *
   * @returns a function that cancels this
   * @throws OPERATION_CANCELED after {@link close}
   */
  whenClosed(wipe: () => void): () => void {
    this.throwIfClosed();
    return this.#end.whenOver(wipe);
  }

  /**
   * Ends calls in progress with OPERATION_CANCELED, except writes, for which it waits; wipes the key slots, and
   * releases the storage.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#epoch !== NEVER) this.settings.hub.leave(this.keys.instance, this);
    this.#ended?.end();
    this.#parts?.close();
    this.#tokens?.close();
    this.#pending?.clear();
    this.#kit?.end(this);
    // Released now: a request for the time that only this session waits for ends with it.
    this.#use.release();
    await this.#parts?.storage.close();
    await this.#use.leave();
  }
}
