/**
 * The knowledge factor of one call.
 *
 * @module
 */

import { equalBytes, wipe } from '../util/bytes.ts';
import { wipeActivationRecord, type WrappedKnowledgeKey } from './activation-record.ts';
import { missingActivation } from './activation-store.ts';
import { unwrapWithPassword, wrapUnderPassword } from './knowledge-key.ts';
import type { Session } from './session.ts';

/** The key, and which wrapping it was unlocked from: its salt is no secret, and tells it from any other. */
interface UnlockedKey extends Pick<WrappedKnowledgeKey, 'hash' | 'salt' | 'iterations'> {
  readonly key: Uint8Array;
}

/** A password, and the key that it unlocks. Whoever makes one releases it. */
export class KnowledgeFactor {
  readonly #session: Session;
  readonly #password: Uint8Array;
  #unlocked: UnlockedKey | undefined;
  #isConfirmed = false;

  /** @param password UTF-8; stays the property of the caller, who wipes it after {@link release} */
  constructor(session: Session, password: Uint8Array) {
    this.#session = session;
    this.#password = password;
  }

  /**
   * Unlocks the key as it is wrapped now. That takes the time of PBKDF2: to be called before a lock is taken, and outside
   * of updates of the storage.
   *
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED when the instance was deconfigured meanwhile
   */
  async unlock(): Promise<void> {
    const record = await this.#session.activation.read();
    if (record === undefined) throw missingActivation();
    const { hash, salt, iterations } = record.knowledge;
    const isUnlocked = this.opens(record.knowledge);
    const unwrapped = isUnlocked ? undefined : unwrapWithPassword(record.knowledge, this.#password);
    wipeActivationRecord(record);
    const key = await unwrapped;
    if (key !== undefined) {
      this.release();
      this.#unlocked = { hash, salt, iterations, key };
    }
    this.#session.throwIfClosed();
  }

  /** Whether the key of this wrapping is unlocked. */
  opens({ salt }: WrappedKnowledgeKey): boolean {
    return this.#unlocked !== undefined && equalBytes(this.#unlocked.salt, salt);
  }

  /** The key (16 B), or another one if the password is wrong; undefined before {@link unlock}. Wiped by {@link release}. */
  get key(): Uint8Array | undefined {
    return this.#unlocked?.key;
  }

  /** The server has accepted the key, in an answer that nobody else can give. */
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
   * Wraps the key anew where guesses of the password cost less than they are to, and the server has confirmed the key: a
   * wrong one would take the place of the right one for good.
   */
  async strengthen(): Promise<void> {
    if (this.#isConfirmed && this.isWeak) await this.rewrap(this.#password);
  }

  /**
   * Wraps the unlocked key under a password.
   *
   * @param password UTF-8; stays the caller's
   * @returns false when its wrapping is another one by now, or was never unlocked: nothing was changed
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED when the instance was deconfigured meanwhile
   */
  async rewrap(password: Uint8Array): Promise<boolean> {
    if (this.#unlocked === undefined) return false;
    const wrapped = await wrapUnderPassword(this.#unlocked.key, password, this.#iterations);
    this.#session.throwIfClosed();
    return this.#session.activation.changeKnowledge((present) => this.opens(present), wrapped);
  }

  /** Wipes the key. */
  release(): void {
    wipe(this.#unlocked?.key);
    this.#unlocked = undefined;
  }

  get #iterations(): number {
    return this.#session.configurations.keychainConfiguration.pbkdf2Iterations;
  }
}
