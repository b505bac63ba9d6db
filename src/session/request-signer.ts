/**
 * Signatures of one instance, online and offline.
 *
 * @module
 */

import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeOfflineSignature,
  computeSignature,
  signatureData,
} from '../protocol/signature.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { base64 } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
import type { ActivationStore } from './activation-store.ts';
import { withFactorKeys, type Factors } from './factors.ts';

/** What is signed. */
export interface SignedRequest {
  /** HTTP method in capitals. */
  readonly method: string;
  readonly uriId: string;
  readonly body: Uint8Array;
}

/** A signature header, and the activation whose it is. */
export interface SignedHeader {
  readonly activationId: string;
  readonly header: PowerAuthAuthorizationHttpHeader;
}

/** Makes signatures, each with a counter value of its own: it is advanced and persisted before. */
export class RequestSigner {
  readonly #configuration: PowerAuthConfigurationType;
  readonly #activation: ActivationStore;
  readonly #storage: PowerAuthStorage;
  readonly #lockName: string;

  constructor(
    configuration: PowerAuthConfigurationType,
    activation: ActivationStore,
    storage: PowerAuthStorage,
    lockName: string,
  ) {
    this.#configuration = configuration;
    this.#activation = activation;
    this.#storage = storage;
    this.#lockName = lockName;
  }

  /** Computes the signature header. @throws MISSING_ACTIVATION */
  async sign(factors: Factors, request: SignedRequest): Promise<SignedHeader> {
    return this.#withKeys(factors, (keys, { activationId, counter }) => {
      const { applicationKey, applicationSecret } = this.#configuration;
      const nonce = randomBytes(16);
      const data = signatureData({ ...request, nonce, applicationSecret });
      const value = authorizationHeader({
        activationId,
        applicationKey,
        nonce: base64(nonce),
        factors: factors.names,
        signature: computeSignature(keys, counter.ctrData, data),
      });
      return { activationId, header: { key: AUTHORIZATION_HEADER, value } };
    });
  }

  /**
   * Computes an offline signature: 8 digits a factor, joined by `-`.
   *
   * @param request `nonce` 16 B, of the offline payload
   * @throws MISSING_ACTIVATION
   */
  async signOffline(
    factors: Factors,
    request: { readonly uriId: string; readonly nonce: Uint8Array; readonly body: Uint8Array },
  ): Promise<string> {
    return this.#withKeys(factors, (keys, { counter }) =>
      computeOfflineSignature(
        keys,
        counter.ctrData,
        signatureData({ ...request, method: 'POST', applicationSecret: 'offline' }),
      ),
    );
  }

  /**
   * Signs a POST request and sends it, while no other signed request of this activation is between counter and server:
   * the server accepts counter values only in their order.
   */
  async send<T>(
    factors: Factors,
    uriId: string,
    send: (sign: (body: string) => Promise<SignedHeader>, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#storage.lock(this.#lockName, ({ signal }) =>
      send((body) => this.sign(factors, { method: 'POST', uriId, body: utf8(body) }), signal),
    );
  }

  async #withKeys<T>(
    factors: Factors,
    use: (keys: readonly Uint8Array[], record: ActivationRecord) => T,
  ): Promise<T> {
    const record = await this.#activation.takeCounter();
    try {
      return withFactorKeys(record, factors, (keys) => use(keys, record));
    } finally {
      wipeActivationRecord(record);
    }
  }
}
