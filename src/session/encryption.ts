/**
 * End-to-end encryption of one instance: temporary keys, and requests under them.
 *
 * @module
 */

import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import type { Endpoints } from '../net/endpoints.ts';
import type { TimeSynchronization } from '../net/time-sync.ts';
import { encryptRequest, type EncryptedRequest } from '../protocol/ecies.ts';
import { generateKeyPair } from '../protocol/keys.ts';
import {
  temporaryKeyFromResponse,
  temporaryKeyRequest,
  type TemporaryKey,
} from '../protocol/temporary-key.ts';
import { base64 } from '../util/base64.ts';
import { wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { masterServerKey } from './configurations.ts';
import type { Settings } from './settings.ts';

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
}

/** Encrypts requests of one instance in both scopes. */
export class Encryption {
  readonly #session: EncryptionParts;
  /** By activation id; '' is the application scope. */
  readonly #temporaryKeys = new Map<string, Promise<TemporaryKey>>();

  constructor(session: EncryptionParts) {
    this.#session = session;
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
    // Again: the machine may have slept meanwhile.
    await this.#session.synchronized();
    return this.#encryptUnder(temporaryKey, sharedInfo1, plaintext, activation);
  }

  /** The same in application scope, under a temporary key that nothing else uses. */
  async encryptUnderOwnKey(sharedInfo1: string, plaintext: Uint8Array): Promise<EncryptedRequest> {
    const temporaryKey = await this.#fetchTemporaryKey(undefined);
    await this.#session.synchronized();
    return this.#encryptUnder(temporaryKey, sharedInfo1, plaintext, undefined);
  }

  /** Drops the temporary key of a scope after a failure: the server may have lost it, and does not say so. */
  forget(activationId = ''): void {
    this.#temporaryKeys.delete(activationId);
  }

  #encryptUnder(
    temporaryKey: TemporaryKey,
    sharedInfo1: string,
    plaintext: Uint8Array,
    activation: ActivationScope | undefined,
  ): EncryptedRequest {
    const { applicationKey, applicationSecret } = this.#configuration;
    const ephemeral = generateKeyPair(randomBytes);
    try {
      return encryptRequest({
        temporaryKey,
        sharedInfo1,
        scope: { applicationKey, applicationSecret, ...(activation === undefined ? {} : { activation }) },
        ephemeralPrivateKey: ephemeral.privateKey,
        nonce: randomBytes(16),
        timestamp: this.#time.currentTime(),
        plaintext,
      });
    } finally {
      wipe(ephemeral.privateKey);
    }
  }

  async #temporaryKey(activation: ActivationScope | undefined): Promise<TemporaryKey> {
    const scope = activation?.activationId ?? '';
    const cached = this.#temporaryKeys.get(scope);
    if (cached !== undefined) {
      const key = await cached;
      // Not so where time is not known.
      if (key.expiresAt - this.#time.knownTime() > RENEW_BEFORE_EXPIRY) return key;
      // Only the first to notice drops it; the others find the renewal under way.
      if (this.#temporaryKeys.get(scope) === cached) this.#temporaryKeys.delete(scope);
      else return this.#temporaryKey(activation);
    }
    const fetched = this.#fetchTemporaryKey(activation);
    this.#temporaryKeys.set(scope, fetched);
    try {
      return await fetched;
    } catch (error) {
      if (this.#temporaryKeys.get(scope) === fetched) this.#temporaryKeys.delete(scope);
      throw error;
    }
  }

  async #fetchTemporaryKey(activation: ActivationScope | undefined): Promise<TemporaryKey> {
    const { applicationKey, applicationSecret } = this.#configuration;
    const challenge = base64(randomBytes(18));
    const jwt = await this.#session.endpoints.keystoreCreate(
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
      publicKey: activation?.serverPublicKey ?? masterServerKey(this.#configuration),
    });
  }
}
