/**
 * End-to-end encryption of one instance: temporary keys, and requests under them.
 *
 * @module
 */

import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import { Endpoints } from '../net/endpoint-requests.ts';
import { keystoreCreate } from '../net/endpoints.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import { encryptRequest, type EncryptedRequest } from '../protocol/ecies.ts';
import { agreeOnce, importPublicKey } from '../protocol/keys.ts';
import {
  temporaryKeyFromResponse,
  temporaryKeyRequest,
  type TemporaryKey,
} from '../protocol/temporary-key.ts';
import { base64 } from '../util/base64.ts';
import { wipe } from '../util/bytes.ts';
import { randomNonce } from '../util/random.ts';
import type { Settings } from './settings.ts';
import { ActivationKey, type KeyPlace } from './temporary-keys.ts';

/** The data of an activation that activation scope needs. */
export interface ActivationScope {
  readonly activationId: string;
  /** KEY_TRANSPORT, 16 B; the caller must wipe it. */
  readonly transportKey: Uint8Array;
  readonly serverPublicKey: Uint8Array;
}

/**
 * A temporary key is renewed if it has less than this left: a server doesn't distinguish an expired key from other
 * failures.
 */
const RENEW_BEFORE_EXPIRY = 60_000;

/** The parts of a session that encryption needs. */
export interface EncryptionParts {
  readonly settings: Settings;
  readonly endpoints: Endpoints;
  readonly isClosed: boolean;
  synchronized(): Promise<void>;
  unlessClosed<T>(promise: Promise<T>): Promise<T>;
}

/** Encrypts requests of one instance in both scopes. */
export class Encryption {
  readonly #session: EncryptionParts;
  readonly #application: KeyPlace;
  /** The place of the latest activation's key. */
  #activation: { readonly activationId: string; readonly place: KeyPlace } | undefined;

  constructor(session: EncryptionParts) {
    this.#session = session;
    const { applicationKey, server } = session.settings;
    this.#application = applicationKey.placeOf(session, server);
  }

  get #configuration(): PowerAuthConfigurationType {
    return this.#session.settings.configurations.configuration;
  }

  get #time(): TimeSynchronization {
    return this.#session.settings.server.time;
  }

  /**
   * Encrypts a request body. If necessary, time is synchronised and a temporary key is fetched first. A fetched key
   * brings the time along.
   *
   * @param activation scope of the activation, or undefined for the application's
   * @returns the envelope to send, and the decryptor for its answer, which the caller must release
   */
  async encrypt(
    sharedInfo1: string,
    plaintext: Uint8Array,
    activation?: ActivationScope,
  ): Promise<EncryptedRequest> {
    if (this.#placeOf(activation?.activationId).known !== undefined) await this.#session.synchronized();
    const temporaryKey = await this.#temporaryKey(activation);
    return this.#encryptUnder(temporaryKey, sharedInfo1, plaintext, activation);
  }

  /** The same in application scope, under a temporary key that nothing else uses. */
  async encryptUnderOwnKey(sharedInfo1: string, plaintext: Uint8Array): Promise<EncryptedRequest> {
    const temporaryKey = await this.#fetchTemporaryKey(undefined, this.#session.endpoints);
    return this.#encryptUnder(temporaryKey, sharedInfo1, plaintext, undefined);
  }

  /** Drops the temporary key of a scope after a failure: the server may have lost it, and does not say so. */
  forget(activationId?: string): void {
    this.#placeOf(activationId).forget();
  }

  async #encryptUnder(
    temporaryKey: TemporaryKey,
    sharedInfo1: string,
    plaintext: Uint8Array,
    activation: ActivationScope | undefined,
  ): Promise<EncryptedRequest> {
    const { applicationKey, applicationSecret } = this.#configuration;
    const agreement = await agreeOnce(temporaryKey.publicKey);
    try {
      // Last, because the machine may have slept during these waits.
      await this.#session.synchronized();
      return await encryptRequest({
        temporaryKey,
        agreement,
        sharedInfo1,
        scope: { applicationKey, applicationSecret, ...(activation === undefined ? {} : { activation }) },
        nonce: randomNonce(16),
        timestamp: this.#time.currentTime(),
        plaintext,
      });
    } finally {
      wipe(agreement.secret);
    }
  }

  #placeOf(activationId: string | undefined): KeyPlace {
    if (activationId === undefined) return this.#application;
    if (this.#activation?.activationId !== activationId) {
      this.#activation = { activationId, place: new ActivationKey(this.#session, activationId) };
    }
    return this.#activation.place;
  }

  async #temporaryKey(activation: ActivationScope | undefined): Promise<TemporaryKey> {
    const place = this.#placeOf(activation?.activationId);
    const { known } = place;
    // Not if the time is unknown.
    if (known !== undefined && known.expiresAt - this.#time.knownTime() > RENEW_BEFORE_EXPIRY) return known;
    // Simultaneous calls share one answer. It belongs to none of them, and doesn't end with any of them.
    let fetching = place.fetching;
    if (fetching === undefined) {
      const { server, insight } = this.#session.settings;
      const endpoints =
        activation === undefined
          ? new Endpoints(server.http, { tell: insight.of() })
          : this.#session.endpoints;
      place.fetching = fetching = this.#fetchTemporaryKey(activation, endpoints);
      fetching.then(
        (key) => {
          if (place.fetching !== fetching) return;
          // The key of an activation ends with the instance; nobody would drop one that is kept later.
          if (activation === undefined || !this.#session.isClosed) place.keep(key);
          place.fetching = undefined;
        },
        () => {
          if (place.fetching === fetching) place.fetching = undefined;
        },
      );
    }
    const key = await this.#session.unlessClosed(fetching);
    place.uses(key);
    return key;
  }

  async #fetchTemporaryKey(
    activation: ActivationScope | undefined,
    endpoints: Endpoints,
  ): Promise<TemporaryKey> {
    const { applicationKey, applicationSecret } = this.#configuration;
    const challenge = base64(randomNonce(18));
    const answered = this.#time.listen();
    const jwt = await keystoreCreate(
      endpoints,
      temporaryKeyRequest({
        applicationKey,
        applicationSecret,
        challenge,
        ...(activation === undefined ? {} : { activation }),
      }),
    );
    const takeTime = answered();
    const key = await temporaryKeyFromResponse(jwt, {
      applicationKey,
      challenge,
      ...(activation === undefined ? {} : { activationId: activation.activationId }),
      publicKey:
        activation === undefined
          ? this.#session.settings.masterKey
          : importPublicKey(activation.serverPublicKey),
    });
    // Only now: the signature proves that the time is the server's.
    takeTime(key.issuedAt);
    return key;
  }
}
