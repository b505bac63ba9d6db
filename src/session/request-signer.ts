/**
 * Signatures of one instance, online and offline.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeOfflineSignature,
  computeSignature,
  signatureData,
} from '../protocol/signature.ts';
import type { PowerAuthStorage, PowerAuthStorageLock } from '../storage/types.ts';
import { throwIfLost } from '../util/abort.ts';
import { base64 } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import { randomNonce } from '../util/random.ts';
import { wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
import type { ActivationStore } from './activation-store.ts';
import { takeCounter } from './activation-updates.ts';
import { withFactorKeys, type Factors } from './factors.ts';

/** The request to sign. */
export interface SignedRequest {
  /** HTTP method in capitals. */
  readonly method: string;
  readonly uriId: string;
  readonly body: Uint8Array;
}

/** A signature header, and the activation that signed. */
export interface SignedHeader {
  readonly activationId: string;
  readonly header: PowerAuthAuthorizationHttpHeader;
}

/** Signs a body, once, and sends it, while the lock is held. */
export type SignAndSend<T> = (
  sign: (body: string) => Promise<SignedHeader>,
  lock: PowerAuthStorageLock,
) => Promise<T>;

/** Makes signatures, each with its own counter value: the counter is advanced and persisted before. */
export class RequestSigner {
  readonly #configuration: PowerAuthConfigurationType;
  readonly #activation: ActivationStore;
  readonly #storage: PowerAuthStorage;
  readonly #lockName: string;
  /** The latest requested signature; settles when the next counter value may be requested. */
  #latest: Promise<unknown> = Promise.resolve();

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

  /** Computes the signature header; counter values are taken in the order of the calls. @throws MISSING_ACTIVATION */
  async sign(factors: Factors, request: SignedRequest): Promise<SignedHeader> {
    return this.#sign(this.#takeCounterInTurn(factors), factors, request);
  }

  async #sign(
    taken: Promise<ActivationRecord>,
    factors: Factors,
    request: SignedRequest,
  ): Promise<SignedHeader> {
    return withKeys(taken, factors, (keys, { activationId, counter }) => {
      const { applicationKey, applicationSecret } = this.#configuration;
      const nonce = randomNonce(16);
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
   * Computes an offline signature: the configured number of digits per factor, joined by `-`.
   *
   * @param request `nonce` 16 B, of the offline payload
   * @throws MISSING_ACTIVATION
   */
  async signOffline(
    factors: Factors,
    request: { readonly uriId: string; readonly nonce: Uint8Array; readonly body: Uint8Array },
  ): Promise<string> {
    return withKeys(this.#takeCounterInTurn(factors), factors, (keys, { counter }) =>
      computeOfflineSignature(
        keys,
        counter.ctrData,
        signatureData({ ...request, method: 'POST', applicationSecret: 'offline' }),
        this.#configuration.offlineAuthenticationCodeComponentLength,
      ),
    );
  }

  /**
   * Signs a POST request and sends it {@link inTurn}.
   *
   * @param refused called after the server refused the signature, in the same turn
   */
  async send<T>(
    factors: Factors,
    uriId: string,
    send: SignAndSend<T>,
    refused: () => Promise<void>,
  ): Promise<T> {
    return this.inTurn(factors, async (sign, lock) => {
      try {
        return await send((body) => sign({ method: 'POST', uriId, body: utf8(body) }), lock);
      } catch (error) {
        if (isRefused(error)) {
          // Others may have sent later counter values by then: a refusal says nothing about the password.
          await throwIfLost(lock);
          await refused();
        }
        throw error;
      }
    });
  }

  /**
   * Runs a section that signs requests and sends them, while no other signed request of this activation is between
   * counter and server: the server accepts counter values only in their order.
   */
  async inTurn<T>(
    factors: Factors,
    section: (
      sign: (request: SignedRequest) => Promise<SignedHeader>,
      lock: PowerAuthStorageLock,
    ) => Promise<T>,
  ): Promise<T> {
    // Before the lock, because it takes time.
    await factors.knowledge?.unlock();
    return this.#storage.lock(this.#lockName, (lock) =>
      section((request) => this.#sign(this.#takeCounter(factors), factors, request), lock),
    );
  }

  /** Passwords are stretched in parallel, and take different times; the counter values keep the order of the calls. */
  async #takeCounterInTurn(factors: Factors): Promise<ActivationRecord> {
    const unlocked = factors.knowledge?.unlock();
    const before = this.#latest;
    const turn = unlocked === undefined ? before : Promise.allSettled([unlocked, before]);
    this.#latest = turn;
    await turn;
    await unlocked;
    // Storages keep the order of updates, and may carry out simultaneous ones together: none waits for the one before.
    return this.#takeCounter(factors);
  }

  /** Takes the counter of a record. Its knowledge factor key must be unlocked, if that factor is used. */
  async #takeCounter({ knowledge }: Factors): Promise<ActivationRecord> {
    for (;;) {
      const record = await takeCounter(
        this.#activation,
        (present) => knowledge?.opens(present.knowledge) ?? true,
      );
      if (record !== undefined) return record;
      // The password was changed, or the key wrapped again, after the key had been unlocked.
      await knowledge?.unlock();
    }
  }
}

const isRefused = (error: unknown): boolean =>
  isInstance(error, PowerAuthError) && error.code === PowerAuthErrorCode.AUTHENTICATION_ERROR;

async function withKeys<T>(
  taken: Promise<ActivationRecord>,
  factors: Factors,
  use: (keys: readonly Uint8Array[], record: ActivationRecord) => T,
): Promise<T> {
  const record = await taken;
  try {
    return withFactorKeys(record, factors, (keys) => use(keys, record));
  } finally {
    wipeActivationRecord(record);
  }
}
