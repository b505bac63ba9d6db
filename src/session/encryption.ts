/**
 * End-to-end encryption of one instance: temporary keys, and requests under them.
 *
 * @module
 */

import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import { Endpoints } from '../net/endpoints.ts';
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
import { randomBytes } from '../util/random.ts';
import type { Settings } from './settings.ts';
import { ActivationKey, type KeyPlace } from './temporary-keys.ts';

/** What activation scope needs of an activation. */
export interface ActivationScope {
  readonly activationId: string;
  /** KEY_TRANSPORT, 16 B; stays the caller's. */
  readonly transportKey: Uint8Array;
  readonly serverPublicKey: Uint8Array;
}

/** A temporary key is renewed when it has less than this to live: a server tells no expired key from other failures. */
const RENEW_BEFORE_EXPIRY = 60_000;

/** What of a session encryption needs. */
export interface EncryptionParts {
  readonly settings: Settings;
  readonly endpoints: Endpoints;
  synchronized(): Promise<void>;
  unlessClosed<T>(promise: Promise<T>): Promise<T>;
}

/** Encrypts requests of one instance in both scopes. */
export class Encryption {
  readonly #session: EncryptionParts;
  readonly #application: KeyPlace;
  /** That of the latest activation. */
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
   * Encrypts a request body. Time is synchronised and a temporary key fetched first, where that is due.
   *
   * @param activation scope of the activation, or undefined for the application's
   * @returns the envelope to send, and the decryptor for its answer, to be released by the caller
   */
  async encrypt(
    sharedInfo1: string,
    plaintext: Uint8Array,
    activation?: ActivationScope,
  ): Promise<EncryptedRequest> {
    await this.#session.synchronized();
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
      // Again, and last: the machine may have slept while all this was waited for.
      await this.#session.synchronized();
      return await encryptRequest({
        temporaryKey,
        agreement,
        sharedInfo1,
        scope: { applicationKey, applicationSecret, ...(activation === undefined ? {} : { activation }) },
        nonce: randomBytes(16),
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
    // Not so where time is not known.
    if (known !== undefined && known.expiresAt - this.#time.knownTime() > RENEW_BEFORE_EXPIRY) return known;
    // Those who ask at once share one answer; it is nobody's own, and doesn't end with any of them.
    let fetching = place.fetching;
    if (fetching === undefined) {
      const { server } = this.#session.settings;
      const endpoints = activation === undefined ? new Endpoints(server.http) : this.#session.endpoints;
      place.fetching = fetching = this.#fetchTemporaryKey(activation, endpoints);
      fetching.then(
        (key) => {
          if (place.fetching !== fetching) return;
          place.keep(key);
          place.fetching = undefined;
        },
        () => {
          if (place.fetching === fetching) place.fetching = undefined;
        },
      );
    }
    return this.#session.unlessClosed(fetching);
  }

  async #fetchTemporaryKey(
    activation: ActivationScope | undefined,
    endpoints: Endpoints,
  ): Promise<TemporaryKey> {
    const { applicationKey, applicationSecret } = this.#configuration;
    const challenge = base64(randomBytes(18));
    const jwt = await endpoints.keystoreCreate(
      temporaryKeyRequest({
        applicationKey,
        applicationSecret,
        challenge,
        ...(activation === undefined ? {} : { activation }),
      }),
    );
    return temporaryKeyFromResponse(jwt, {
      applicationKey,
      challenge,
      ...(activation === undefined ? {} : { activationId: activation.activationId }),
      publicKey:
        activation === undefined
          ? this.#session.settings.masterKey
          : importPublicKey(activation.serverPublicKey),
    });
  }
}
