/**
 * What the parts of a session may know of each other. {@link Session}, tokens and a pending activation build on them.
 *
 * @module
 */

import type { HotPathEngine } from '../hot-path/types.ts';
import { Endpoints } from '../net/endpoints.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import type { Ending } from '../util/ending.ts';
import type { ActivationStore } from './activation-store.ts';
import { BiometryFactor } from './biometry.ts';
import type { Configurations } from './configurations.ts';
import { Encryption } from './encryption.ts';
import type { RecordKeys } from './record-keys.ts';
import { RequestSigner } from './request-signer.ts';
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
type Maker = Pick<
  SessionParts,
  'settings' | 'keys' | 'activation' | 'storage' | 'endpoints' | 'synchronized' | 'unlessClosed'
>;

/** The parts that a session has only while it is used. Each is created when it is needed. */
export class PartsInUse {
  readonly storage: SessionStorage;
  readonly endpoints: Endpoints;
  readonly #session: Maker;
  readonly #ended: Ending;
  #biometry: BiometryFactor | undefined;
  #encryption: Encryption | undefined;
  #signer: RequestSigner | undefined;

  constructor(session: Maker, ended: Ending) {
    this.#session = session;
    this.#ended = ended;
    this.storage = new SessionStorage(session.settings.storage, ended);
    this.endpoints = new Endpoints(session.settings.server.http, ended);
  }

  get biometry(): BiometryFactor {
    if (this.#biometry === undefined) {
      const { biometry: provider, configurations } = this.#session.settings;
      const { authenticateOnBiometricKeySetup } = configurations.biometryConfiguration;
      this.#biometry = new BiometryFactor(this.#session.activation, {
        provider,
        authenticateOnBiometricKeySetup,
      });
      if (this.#ended.aborted) this.#biometry.close();
    }
    return this.#biometry;
  }

  get encryption(): Encryption {
    return (this.#encryption ??= new Encryption(this.#session));
  }

  get signer(): RequestSigner {
    const { settings, activation, storage, keys } = this.#session;
    const { configuration } = settings.configurations;
    return (this.#signer ??= new RequestSigner(configuration, activation, storage, keys.requests));
  }

  /** Withdraws questions to the user. */
  close(): void {
    this.#biometry?.close();
  }
}
