/**
 * Request signatures of one instance.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import { usePassword } from '../model/power-auth-password.ts';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeSignature,
  signatureData,
  type SignatureFactor,
} from '../protocol/signature.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { base64 } from '../util/base64.ts';
import { utf8, wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
import type { ActivationStore } from './activation-store.ts';
import { assertPasswordLength, unwrapWithPassword } from './knowledge-key.ts';

/** What is signed. */
export interface SignedRequest {
  /** HTTP method in capitals. */
  readonly method: string;
  readonly uriId: string;
  readonly body: Uint8Array;
}

/** The factors that an authentication object stands for, in the protocol's order. */
export function signatureFactors(authentication: PowerAuthAuthentication): SignatureFactor[] {
  return authentication.password === undefined ? ['possession'] : ['possession', 'knowledge'];
}

/** Signs requests, each with a counter value of its own. */
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

  /**
   * Computes the signature header. The counter is advanced and persisted before.
   *
   * @throws MISSING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one, INVALID_NATIVE_OBJECT for one used up
   */
  async sign(
    authentication: PowerAuthAuthentication,
    request: SignedRequest,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    const { password } = authentication;
    if (password === undefined) return this.#sign(undefined, request);
    return usePassword(password, async (bytes) => {
      assertPasswordLength(bytes, 'password', PowerAuthErrorCode.SIGNATURE_ERROR);
      return this.#sign(bytes, request);
    });
  }

  /**
   * Signs a POST request and sends it, while no other signed request of this activation is between counter and server:
   * the server accepts counter values only in their order.
   */
  async send<T>(
    authentication: PowerAuthAuthentication,
    uriId: string,
    send: (
      sign: (body: string) => Promise<PowerAuthAuthorizationHttpHeader>,
      signal: AbortSignal,
    ) => Promise<T>,
  ): Promise<T> {
    return this.#storage.lock(this.#lockName, ({ signal }) =>
      send((body) => this.sign(authentication, { method: 'POST', uriId, body: utf8(body) }), signal),
    );
  }

  async #sign(
    password: Uint8Array | undefined,
    request: SignedRequest,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    const record = await this.#activation.takeCounter();
    const keys = factorKeys(record, password);
    try {
      const { applicationKey, applicationSecret } = this.#configuration;
      const nonce = randomBytes(16);
      const data = signatureData({ ...request, nonce, applicationSecret });
      return {
        key: AUTHORIZATION_HEADER,
        value: authorizationHeader({
          activationId: record.activationId,
          applicationKey,
          nonce: base64(nonce),
          factors: password === undefined ? ['possession'] : ['possession', 'knowledge'],
          signature: computeSignature(keys, record.counter.ctrData, data),
        }),
      };
    } finally {
      wipe(...keys);
      wipeActivationRecord(record);
    }
  }
}

function factorKeys(record: ActivationRecord, password: Uint8Array | undefined): Uint8Array[] {
  const keys = [record.possessionKey];
  if (password !== undefined) keys.push(unwrapWithPassword(record.knowledge, password));
  return keys;
}
