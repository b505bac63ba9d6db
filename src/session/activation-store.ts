/**
 * The persisted activation of one instance.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { nextCounter } from '../protocol/counter.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import { ActivationCommit } from './activation-commit.ts';
import {
  encodeActivationRecord,
  readActivation,
  wipeActivationRecord,
  type ActivationRecord,
  type SignatureCounter,
  type WrappedBiometryKey,
  type WrappedKnowledgeKey,
} from './activation-record.ts';

/** The error of calls that need an activation where there is none. */
export function missingActivation(): Error {
  return failure(
    PowerAuthErrorCode.MISSING_ACTIVATION,
    'This instance has no activation; create one with createActivation and commitActivation first',
  );
}

/** Reads and changes the activation record. */
export class ActivationStore {
  readonly #storage: PowerAuthStorage;
  readonly #key: string;
  /** Identifier known from the storage; null when it has none, undefined when it must be asked. */
  #activationId: string | null | undefined;
  /** Counts the moments at which what was read before became doubtful. */
  #epoch = 0;

  /** @param storage sealed already */
  constructor(storage: PowerAuthStorage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Drops what is remembered: somebody else changed the record, or may have. */
  forget(): void {
    this.#activationId = undefined;
    this.#epoch++;
  }

  /** The record, or undefined. The caller wipes it. */
  async read(): Promise<ActivationRecord | undefined> {
    const bytes = await this.#storage.get(this.#key);
    return readActivation(bytes).record;
  }

  /** The same as {@link activationId}, read now: another process's change may not have been heard of yet. */
  async readActivationId(): Promise<string | undefined> {
    this.forget();
    return this.activationId();
  }

  /** The activation's identifier, or undefined without one. Costs a storage access only after {@link forget}. */
  async activationId(): Promise<string | undefined> {
    if (this.#activationId === undefined) {
      const epoch = this.#epoch;
      const record = await this.read();
      if (record !== undefined) wipeActivationRecord(record);
      const activationId = record?.activationId ?? null;
      if (epoch !== this.#epoch) return activationId ?? undefined;
      this.#activationId = activationId;
    }
    return this.#activationId ?? undefined;
  }

  /** The commit of a new activation; {@link forget} is due after each attempt. */
  newCommit(): ActivationCommit {
    return new ActivationCommit(this.#storage, this.#key);
  }

  /**
   * Takes the counter for one signature: the returned record holds the value to use, and the storage already the next
   * one, so that no crash can make it used twice. The caller wipes the record.
   *
   * @param fits whether the record is the one that the signature is meant for
   * @returns undefined, and no value is taken, where it doesn't fit
   * @throws MISSING_ACTIVATION
   */
  async takeCounter(fits: (record: ActivationRecord) => boolean): Promise<ActivationRecord | undefined> {
    let next: Uint8Array | undefined;
    try {
      return await this.#changeIf(fits, (record) => {
        wipe(next);
        const counter = nextCounter(record.counter);
        next = counter.ctrData;
        return { ...record, counter };
      });
    } finally {
      wipe(next);
    }
  }

  /** Sets the counter forward to `next`, if the activation is still `activationId` with the counter `from`. */
  async moveCounter(activationId: string, from: SignatureCounter, next: SignatureCounter): Promise<void> {
    const before = await this.#change((record) => {
      const same = record.activationId === activationId && equalBytes(record.counter.ctrData, from.ctrData);
      return same ? { ...record, counter: next } : record;
    });
    wipeActivationRecord(before);
  }

  /**
   * Puts another wrapping of the knowledge factor key in the place of the present one.
   *
   * @param fits whether the present one is the one to be replaced
   * @returns whether it was
   * @throws MISSING_ACTIVATION
   */
  async changeKnowledge(
    fits: (present: WrappedKnowledgeKey) => boolean,
    knowledge: WrappedKnowledgeKey,
  ): Promise<boolean> {
    const before = await this.#changeIf(
      (record) => fits(record.knowledge),
      (record) => ({ ...record, knowledge }),
    );
    if (before !== undefined) wipeActivationRecord(before);
    return before !== undefined;
  }

  /**
   * Sets the biometry factor, or takes it away.
   *
   * @param activationId the activation that the factor is one of; undefined for whichever there is
   * @returns the factor that was there, its key wiped
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED when there is another activation
   */
  async replaceBiometry(
    activationId: string | undefined,
    biometry: WrappedBiometryKey | undefined,
  ): Promise<WrappedBiometryKey | undefined> {
    const before = await this.#change((record) => {
      if (activationId === undefined || activationId === record.activationId) return { ...record, biometry };
      throw failure(
        PowerAuthErrorCode.OPERATION_CANCELED,
        'The activation was replaced by another one while its biometry factor was being set up',
      );
    });
    wipeActivationRecord(before);
    return before.biometry;
  }

  /** Deletes the record, whatever it is; no error when there is none. */
  async delete(): Promise<void> {
    try {
      await this.#storage.delete(this.#key);
    } finally {
      // Not "there is none": somebody else may have created one in the meantime.
      this.forget();
    }
  }

  /**
   * Deletes the record if it is one of this activation.
   *
   * @returns what was deleted, its keys wiped; undefined when there was none, or another one
   */
  async deleteOf(activationId: string): Promise<ActivationRecord | undefined> {
    try {
      const before = await this.#change((record) =>
        record.activationId === activationId ? undefined : record,
      );
      wipeActivationRecord(before);
      return before.activationId === activationId ? before : undefined;
    } catch (error) {
      if (error instanceof PowerAuthError && error.code === PowerAuthErrorCode.MISSING_ACTIVATION)
        return undefined;
      throw error;
    } finally {
      this.forget();
    }
  }

  /** The same as {@link #change}; returns undefined, and writes nothing, where the record doesn't fit. */
  async #changeIf(
    fits: (record: ActivationRecord) => boolean,
    change: (record: ActivationRecord) => ActivationRecord,
  ): Promise<ActivationRecord | undefined> {
    const unfit = new Error('The record is another one than expected');
    try {
      return await this.#change((record) => {
        // What a change throws is what the update rejects with.
        if (!fits(record)) throw unfit;
        return change(record);
      });
    } catch (error) {
      if (error === unfit) return undefined;
      throw error;
    }
  }

  /** Persists a changed record, or deletes it, and answers it as it was before, which the caller wipes. */
  async #change(
    change: (record: ActivationRecord) => ActivationRecord | undefined,
  ): Promise<ActivationRecord> {
    let before: ActivationRecord | undefined;
    let encoded: Uint8Array | undefined;
    try {
      const stored = await this.#storage.update(this.#key, (current) => {
        if (before !== undefined) wipeActivationRecord(before);
        wipe(encoded);
        before = readActivation(current).record;
        if (before === undefined) throw missingActivation();
        const changed = change(before);
        encoded = changed && encodeActivationRecord(changed);
        return encoded;
      });
      wipe(stored);
    } catch (error) {
      if (before !== undefined) wipeActivationRecord(before);
      throw error;
    } finally {
      wipe(encoded);
    }
    if (before === undefined) throw missingActivation();
    return before;
  }
}
