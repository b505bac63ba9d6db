/**
 * The way to an activation: key exchange with the server, then commit to the storage. The state between the two is only
 * in memory.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { BuiltActivation } from '../model/power-auth-activation.ts';
import type { PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import { readPassword, usePassword, type PasswordType } from '../model/power-auth-password.ts';
import { verifyActivationCodeSignature, type ParsedActivationCode } from '../protocol/activation-code.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { ActivationChanges } from './activation-changes.ts';
import { ActivationCommit } from './activation-commit.ts';
import type { WrappedBiometryKey } from './activation-record.ts';
import { exchangeKeys, wipeExchange, type KeyExchange } from './key-exchange.ts';
import { assertPasswordLength, wrapUnderPassword } from './password-wrapping.ts';
import type { SessionParts } from './parts.ts';

/** An activation of one instance, from its creation to its commit. */
export class PendingActivation {
  readonly #session: SessionParts;
  readonly #tokens: AccessTokens;
  readonly #changes: ActivationChanges;
  #exchange: KeyExchange | undefined;
  /** Writes {@link #exchange} to the storage. */
  #commit: ActivationCommit | undefined;
  /** Marks the creation in progress; another object, or none, means that {@link clear} has overtaken it. */
  #underWay: object | undefined;
  #committing: Promise<void> | undefined;
  /** The exchange that a commit uses, from its first moment on. */
  #inUse: KeyExchange | undefined;
  /** Withdraws the question that a commit in progress has asked the user. */
  #question = new AbortController();

  constructor(session: SessionParts, tokens: AccessTokens, changes: ActivationChanges) {
    this.#session = session;
    this.#tokens = tokens;
    this.#changes = changes;
  }

  /** Whether a creation is in progress or waits for its commit. */
  get exists(): boolean {
    return this.#exchange !== undefined || this.#underWay !== undefined;
  }

  /** Fingerprint of the activation that waits for its commit. */
  get fingerprint(): string | undefined {
    return this.#exchange?.fingerprint;
  }

  /** Identifier of the activation that waits for its commit. */
  get activationId(): string | undefined {
    return this.#exchange?.activationId;
  }

  /** Forgets it, and wipes it as soon as no commit uses it. */
  clear(): void {
    const exchange = this.#exchange;
    this.#underWay = undefined;
    this.#exchange = undefined;
    this.#question.abort();
    if (exchange !== undefined && exchange !== this.#inUse) wipeExchange(exchange);
  }

  /** The same, once a commit in progress has ended. */
  async abandon(): Promise<void> {
    this.#question.abort();
    await this.#committing?.catch(() => undefined);
    this.clear();
  }

  /**
   * Exchanges keys with the server.
   *
   * @throws INVALID_ACTIVATION_STATE if there is an activation, INVALID_ACTIVATION_DATA for a code that the master
   *   server key did not sign, and what network and encryption throw; nothing of it is left then
   */
  async create(activation: BuiltActivation): Promise<PowerAuthCreateActivationResult> {
    // Marked before anything is waited for, so that of two calls at once one creates an activation.
    const isTaken = this.exists;
    const underWay = isTaken ? undefined : (this.#underWay = {});
    try {
      if (activation.proof.type === 'CODE') await this.#checkSignature(activation.proof.code);
      if (isTaken) throw alreadyThere();
      this.#assertLatest(underWay);
      if ((await this.#session.activation.readActivationId()) !== undefined) throw alreadyThere();
      const { exchange, result } = await exchangeKeys(this.#session, activation);
      try {
        this.#assertLatest(underWay);
      } catch (error) {
        wipeExchange(exchange);
        throw error;
      }
      this.#exchange = exchange;
      this.#commit = new ActivationCommit(this.#session.storage, this.#session.keys);
      return result;
    } finally {
      if (!isTaken && this.#underWay === underWay) this.#underWay = undefined;
    }
  }

  /** @throws OPERATION_CANCELED when {@link clear} has overtaken the creation that has this mark */
  #assertLatest(mark: object | undefined): void {
    if (this.#underWay === mark) return;
    throw failure(
      PowerAuthErrorCode.OPERATION_CANCELED,
      'The activation was removed while it was being created',
    );
  }

  /**
   * Persists it, with the knowledge factor key under `password`, and with a biometry factor if that is given. If this
   * fails it still waits for its commit, unless another activation took its place in the storage.
   *
   * @throws INVALID_ACTIVATION_STATE if nothing waits for a commit, WRONG_PARAMETER for a password that is too short;
   *   what {@link BiometryFactor.create} throws
   */
  async commit(
    password: PasswordType,
    biometry?: { readonly prompt: PowerAuthBiometricPrompt | undefined },
  ): Promise<void> {
    this.#session.throwIfClosed();
    const exchange = this.#exchange;
    if (exchange === undefined || this.#inUse !== undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
        'No activation waits for its commit; call createActivation first',
      );
    }
    this.#inUse = exchange;
    const persist = () => this.#persist(exchange, password, biometry);
    // With biometry it waits for the user, and blocks nobody else.
    const persisted = biometry === undefined ? this.#changes.make(persist) : persist();
    this.#committing = persisted.finally(() => {
      this.#committing = undefined;
      this.#inUse = undefined;
      // It was cleared in the meantime, or is done.
      if (this.#exchange !== exchange) wipeExchange(exchange);
    });
    await this.#committing;
    // Tokens of an earlier activation are never used again, whether or not they can be deleted now.
    await this.#tokens.removeOrphans().catch(() => undefined);
    // Forgets those tokens, and what an earlier attempt has stored under another password.
    await this.#session.storage.forget();
  }

  async #persist(
    exchange: KeyExchange,
    password: PasswordType,
    biometry: { readonly prompt: PowerAuthBiometricPrompt | undefined } | undefined,
  ): Promise<void> {
    const check = (bytes: Uint8Array): void =>
      assertPasswordLength(bytes, 'password', PowerAuthErrorCode.WRONG_PARAMETER);
    if (biometry === undefined) {
      return usePassword(password, async (bytes) => {
        check(bytes);
        await this.#create(exchange, bytes, undefined);
      });
    }
    // If the user cancels, the password can be used again.
    readPassword(password, check);
    const { activationId, biometryKey } = exchange;
    this.#question = new AbortController();
    const { signal } = this.#question;
    const factor = await this.#session.biometry.create({ activationId, biometryKey, ...biometry, signal });
    try {
      if (signal.aborted) throw failure(PowerAuthErrorCode.OPERATION_CANCELED, 'The activation was removed');
      await usePassword(password, (bytes) => this.#create(exchange, bytes, factor));
    } catch (error) {
      // A factor that may have been stored must stay usable.
      if (this.#commit?.isInDoubt !== true) await this.#session.biometry.discard(factor);
      throw error;
    }
  }

  async #create(
    exchange: KeyExchange,
    password: Uint8Array,
    biometry: WrappedBiometryKey | undefined,
  ): Promise<void> {
    const { pbkdf2Iterations } = this.#session.configurations.keychainConfiguration;
    const knowledge = await wrapUnderPassword(exchange.knowledgeKey, password, pbkdf2Iterations);
    const { activation } = this.#session;
    await this.#session.storage.uncut(async () => {
      try {
        await this.#commit?.attempt({ ...exchange.record, knowledge, biometry });
      } catch (error) {
        if (isFinal(error)) this.clear();
        throw error;
      } finally {
        activation.forget();
      }
      this.clear();
    });
  }

  /** A signature that comes with a code must be the master server key's. */
  async #checkSignature({ activationCode, activationSignature }: ParsedActivationCode): Promise<void> {
    if (activationSignature === undefined) return;
    const { masterKey } = this.#session.settings;
    if (await verifyActivationCodeSignature(activationCode, activationSignature, masterKey)) return;
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
      'activationCode: expected a signature by the master server key, got another; the code is forged, or meant for another application',
    );
  }
}

/** Whether a commit has failed with an error that makes every further one fail. */
function isFinal(error: unknown): boolean {
  const codes: readonly string[] = [
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    PowerAuthErrorCode.OPERATION_CANCELED,
  ];
  return error instanceof PowerAuthError && codes.includes(error.code);
}

function alreadyThere(): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    'This instance has an activation, or one in progress; remove it before another one is created',
  );
}
