/**
 * What the parts of a session may know of each other. {@link Session}, tokens and a pending activation build on them.
 *
 * @module
 */

import type { HotPathEngine } from '../hot-path/types.ts';
import { Endpoints } from '../net/endpoint-requests.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import type { Ending } from '../util/ending.ts';
import type { ActivationStore } from './activation-store.ts';
import type { BiometryFactor } from './biometry.ts';
import type { Configurations } from './configurations.ts';
import type { Encryption } from './encryption.ts';
import type { RecordKeys } from './record-keys.ts';
import type { RequestSigner } from './request-signer.ts';
import type { Tell } from '../util/insight.ts';
import { SessionStorage } from './session-storage.ts';
import type { Settings } from './settings.ts';

/** The parts that all others build on. */
export interface SessionParts {
  readonly instanceId: string;
  readonly settings: Settings;
  readonly configurations: Configurations;
  readonly keys: RecordKeys;
  readonly storage: SessionStorage;
  readonly engine: HotPathEngine;
  readonly endpoints: Endpoints;
  /** Tells what this session does. */
  readonly tell: Tell;
  readonly time: TimeSynchronization;
  readonly activation: ActivationStore;
  readonly biometry: BiometryFactor;
  readonly encryption: Encryption;
  readonly signer: RequestSigner;
  /** Whether the session was closed. */
  readonly isClosed: boolean;
  /** @throws OPERATION_CANCELED after the session was closed */
  throwIfClosed(): void;
  /**
   * Resolves when the time is known. @throws OPERATION_CANCELED if the session is closed first; what the request throws
   */
  synchronized(): Promise<void>;
  /** Settles as `promise` does. @throws OPERATION_CANCELED if the session is closed first */
  unlessClosed<T>(promise: Promise<T>): Promise<T>;
  /** Drops what is remembered of the storage if a notice said that anything may have changed. */
  catchUp(): void;
  /** Does work outside a call, during which the session keeps its parts. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** The parts of a session that these are created from. */
export type Maker = Pick<
  SessionParts,
  | 'instanceId'
  | 'settings'
  | 'isClosed'
  | 'keys'
  | 'activation'
  | 'storage'
  | 'endpoints'
  | 'synchronized'
  | 'unlessClosed'
>;

/** Makes the parts that headers don't need, so that a page that only makes headers doesn't load them. */
export interface PartsKit {
  biometry(session: Maker): BiometryFactor;
  encryption(session: Maker): Encryption;
  signer(session: Maker): RequestSigner;
}

/** The parts that a session has only while it is used. Each is created when it is needed. */
export class PartsInUse {
  readonly tell: Tell;
  readonly storage: SessionStorage;
  readonly endpoints: Endpoints;
  readonly #session: Maker;
  readonly #ended: Ending;
  readonly #kit: () => PartsKit;
  #biometry: BiometryFactor | undefined;
  #encryption: Encryption | undefined;
  #signer: RequestSigner | undefined;

  constructor(session: Maker, ended: Ending, kit: () => PartsKit) {
    this.#session = session;
    this.#ended = ended;
    this.#kit = kit;
    const { storage, server, insight } = session.settings;
    this.tell = insight.of(session.instanceId);
    this.storage = new SessionStorage(storage, ended, this.tell);
    this.endpoints = new Endpoints(server.http, { ended, tell: this.tell });
  }

  get biometry(): BiometryFactor {
    if (this.#biometry === undefined) {
      this.#biometry = this.#kit().biometry(this.#session);
      if (this.#ended.aborted) this.#biometry.close();
    }
    return this.#biometry;
  }

  get encryption(): Encryption {
    return (this.#encryption ??= this.#kit().encryption(this.#session));
  }

  get signer(): RequestSigner {
    return (this.#signer ??= this.#kit().signer(this.#session));
  }

  /** Withdraws questions to the user. */
  close(): void {
    this.#biometry?.close();
  }
}
