/**
 * The knowledge factor of one call.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import type { WrappedKnowledgeKey } from './activation-record.ts';
import type { ActivationStore } from './activation-store.ts';
import { changeKnowledge } from './activation-updates.ts';
import type { Configurations } from './configurations.ts';
import { unwrapWithPassword, wrapUnderPassword } from './password-wrapping.ts';

/** The parts of a session that a knowledge factor needs. */
export interface KnowledgeFactorParts {
  readonly activation: ActivationStore;
  readonly configurations: Configurations;
  /** @throws OPERATION_CANCELED after the session was closed */
  throwIfClosed(): void;
}

/** The key, and the wrapping that it was unlocked from. The wrapping's salt isn't secret, and identifies it. */
interface UnlockedKey extends Omit<WrappedKnowledgeKey, 'wrappedKey'> {
  readonly key: Uint8Array;
}

/**
 * A password, and the key that it unlocks. It only applies to the password that was valid at the first {@link unlock}:
 * once that is changed, nothing more is signed with it, because a wrong key costs an attempt. The creator must release
 * it.
 */
export class KnowledgeFactor {
  readonly #parts: KnowledgeFactorParts;
  readonly #password: Uint8Array;
  #unlocked: UnlockedKey | undefined;
  /** The id of the password that was valid when the call began. */
  #passwordId: Uint8Array | undefined;
  #isConfirmed = false;

  /** @param password UTF-8; the caller must wipe it after {@link release} */
  constructor(parts: KnowledgeFactorParts, password: Uint8Array) {
    this.#parts = parts;
    this.#password = password;
  }

  /**
   * Unlocks the key as it is wrapped now. That takes the time of PBKDF2, so call it before a lock is taken, and outside
   * of updates of the storage.
   *
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED if the password was changed after the first call, or the instance
   *   was deconfigured in the meantime
   */
  async unlock(): Promise<void> {
    // Only the wrapping is read, so that the record is wiped before the password is stretched.
    const begun = await this.#parts.activation.withRecord(({ knowledge }) => {
      const { hash, salt, iterations, passwordId } = knowledge;
      this.#passwordId ??= passwordId;
      if (!equalBytes(this.#passwordId, passwordId)) throw otherPassword();
      if (this.opens(knowledge)) return undefined;
      return { hash, salt, iterations, passwordId, unwrapped: unwrapWithPassword(knowledge, this.#password) };
    });
    if (begun !== undefined) {
      const { unwrapped, ...wrapping } = begun;
      const key = await unwrapped;
      this.release();
      this.#unlocked = { ...wrapping, key };
    }
    this.#parts.throwIfClosed();
  }

  /** Whether the key of this wrapping is unlocked. */
  opens({ salt }: WrappedKnowledgeKey): boolean {
    return this.#unlocked !== undefined && equalBytes(this.#unlocked.salt, salt);
  }

  /**
   * The key (16 B), or a wrong one if the password is wrong; undefined before {@link unlock}. Wiped by {@link release}.
   */
  get key(): Uint8Array | undefined {
    return this.#unlocked?.key;
  }

  /** Call this when the server has accepted the key, in an answer that nobody else can forge. */
  confirm(): void {
    this.#isConfirmed = true;
  }

  /** Whether {@link strengthen} has something to do once the server has accepted the key. */
  get isWeak(): boolean {
    if (this.#unlocked === undefined) return false;
    const { hash, iterations } = this.#unlocked;
    return hash !== 'SHA-256' || iterations < this.#iterations;
  }

  /**
   * Wraps the key again if guessing the password costs less than configured, and the server has confirmed the key. An
   * unconfirmed, wrong key would replace the right one for good.
   */
  async strengthen(): Promise<void> {
    if (this.#isConfirmed && this.isWeak) await this.#rewrap(this.#password, this.#passwordId);
  }

  /**
   * Wraps the unlocked key under a new password.
   *
   * @param password UTF-8; the caller must wipe it
   * @returns false, without a change, if the wrapping has been replaced, or was never unlocked
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED if the instance was deconfigured in the meantime
   */
  async change(password: Uint8Array): Promise<boolean> {
    return this.#rewrap(password);
  }

  async #rewrap(password: Uint8Array, passwordId?: Uint8Array): Promise<boolean> {
    if (this.#unlocked === undefined) return false;
    const wrapped = await wrapUnderPassword(this.#unlocked.key, password, this.#iterations, passwordId);
    this.#parts.throwIfClosed();
    return changeKnowledge(this.#parts.activation, (present) => this.opens(present), wrapped);
  }

  /** Wipes the key. */
  release(): void {
    wipe(this.#unlocked?.key);
    this.#unlocked = undefined;
  }

  get #iterations(): number {
    return this.#parts.configurations.keychainConfiguration.pbkdf2Iterations;
  }
}

function otherPassword(): Error {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    'Somebody else changed the password, or replaced the activation, after this call had begun; nothing was signed with the former password, and no attempt is lost. Call it again with the current password',
  );
}
