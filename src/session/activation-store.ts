/**
 * The persisted activation of one instance.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { nextCounter } from '../protocol/counter.ts';
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
import type { RecordKeys } from './record-keys.ts';
import type { SessionStorage } from './session-storage.ts';

/** The error of calls that need an activation where there is none. */
export function missingActivation(): Error {
  return failure(
    PowerAuthErrorCode.MISSING_ACTIVATION,
    'This instance has no activation; create one with createActivation and commitActivation first',
  );
}

/** Where an activation record lies. */
export interface ActivationHome {
  readonly storage: SessionStorage;
  readonly keys: RecordKeys;
  /** Forgets what is remembered of the storage where a notice said that anything may have changed. */
  catchUp(): void;
  /**
   * Told when the storage shows another activation than before, or none. It doesn't matter who finds that out, and whether
   * anybody has given notice of it.
   */
  otherActivation(): void;
}

/** Reads and changes the activation record. */
export class ActivationStore {
  readonly #home: ActivationHome;
  /** Identifier known from the storage; null when it has none, undefined when it must be asked. */
  #activationId: string | null | undefined;
  /** Counts the moments at which what was read before became doubtful. */
  #epoch = 0;
  /** The storage is being asked for the identifier, since the last of those moments. */
  #asking: Promise<string | undefined> | undefined;

  /** The same as the storage has shown it last; {@link forget} leaves it. */
  #seen: string | null | undefined;

  constructor(home: ActivationHome) {
    this.#home = home;
  }

  /** Drops what is remembered: somebody else changed the record, or may have. */
  forget(): void {
    this.#activationId = undefined;
    this.#asking = undefined;
    this.#epoch++;
  }

  /** The record, or undefined. The caller wipes it. */
  async read(): Promise<ActivationRecord | undefined> {
    const bytes = await this.#home.storage.get(this.#home.keys.activation);
    const { record } = readActivation(bytes, this.#home.keys.instanceId);
    this.#notice(record);
    return record;
  }

  /**
   * Gives the record to `use`, and wipes it when that has settled.
   *
   * @throws MISSING_ACTIVATION, and what `use` throws
   */
  async withRecord<T>(use: (record: ActivationRecord) => T | Promise<T>): Promise<T> {
    const record = await this.read();
    if (record === undefined) throw missingActivation();
    return wipedAfter(record, use);
  }

  /** The same where there may be none: then `use` is not called, and undefined comes back. */
  async withRecordIfAny<T>(use: (record: ActivationRecord) => T | Promise<T>): Promise<T | undefined> {
    const record = await this.read();
    return record && wipedAfter(record, use);
  }

  /** The same as {@link activationId}, read now: another process's change may not have been heard of yet. */
  async readActivationId(): Promise<string | undefined> {
    this.forget();
    return this.activationId();
  }

  /** The activation's identifier, or undefined without one. Costs a storage access only after {@link forget}. */
  async activationId(): Promise<string | undefined> {
    this.#home.catchUp();
    if (this.#activationId !== undefined) return this.#activationId ?? undefined;
    // Those who ask at once share one answer, so that their calls go on in the order in which they were made.
    return (this.#asking ??= this.#ask());
  }

  async #ask(): Promise<string | undefined> {
    const epoch = this.#epoch;
    try {
      const activationId = await this.withRecordIfAny((record) => record.activationId);
      if (epoch === this.#epoch) this.#activationId = activationId ?? null;
      return activationId;
    } finally {
      if (epoch === this.#epoch) this.#asking = undefined;
    }
  }

  #notice(record: ActivationRecord | undefined): void {
    const seen = this.#seen;
    this.#seen = record?.activationId ?? null;
    if (seen === undefined || seen === this.#seen) return;
    this.forget();
    this.#home.otherActivation();
  }

  /** The commit of a new activation; {@link forget} is due after each attempt. */
  newCommit(): ActivationCommit {
    return new ActivationCommit(this.#home.storage, this.#home.keys);
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
      return await unlessUnfit((unfit) =>
        this.#change((record) => {
          // What a change throws is what the update rejects with.
          if (!fits(record)) throw unfit;
          wipe(next);
          const counter = nextCounter(record.counter);
          next = counter.ctrData;
          return { ...record, counter };
        }),
      );
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
    const before = await unlessUnfit((unfit) =>
      this.#changeForSure(
        (record) => {
          if (!fits(record.knowledge)) throw unfit;
          return { ...record, knowledge };
        },
        (present) => present !== undefined && equalBytes(present.knowledge.salt, knowledge.salt),
      ),
    );
    if (before === undefined) return false;
    wipeActivationRecord(before);
    // The former wrapping tests guesses of the former password.
    await this.#home.storage.forget();
    return true;
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
    const before = await this.#changeForSure(
      (record) => {
        if (activationId === undefined || activationId === record.activationId)
          return { ...record, biometry };
        throw failure(
          PowerAuthErrorCode.OPERATION_CANCELED,
          'The activation was replaced by another one while its biometry factor was being set up',
        );
      },
      (present) => present !== undefined && isSameFactor(present.biometry, biometry),
    );
    wipeActivationRecord(before);
    if (before.biometry !== undefined) await this.#home.storage.forget();
    return before.biometry;
  }

  /** Deletes the record, whatever it is; no error when there is none. */
  async delete(): Promise<void> {
    try {
      await this.#home.storage.delete(this.#home.keys.activation);
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
      const before = await this.#changeForSure(
        (record) => (record.activationId === activationId ? undefined : record),
        (present) => present?.activationId !== activationId,
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

  /**
   * The same as {@link #change}. Where the storage reports a failure of what it has done all the same, it is done.
   *
   * @param isDone whether this change, and no other, has left what is found then
   */
  async #changeForSure(
    change: (record: ActivationRecord) => ActivationRecord | undefined,
    isDone: (present: ActivationRecord | undefined) => boolean,
  ): Promise<ActivationRecord> {
    let before: ActivationRecord | undefined;
    let isRefused = true;
    // Not cut, so that it can be looked at.
    return this.#home.storage.uncut(async () => {
      try {
        return await this.#change((record) => {
          isRefused = true;
          const changed = change(record);
          isRefused = false;
          // What of it is wiped meanwhile is of no use to callers either.
          before = record;
          return changed;
        });
      } catch (error) {
        if (isRefused || before === undefined) throw error;
        const present = await this.read().catch(() => null);
        if (present === null) throw error;
        const done = isDone(present);
        if (present !== undefined) wipeActivationRecord(present);
        if (!done) throw error;
        return before;
      }
    });
  }

  /** Persists a changed record, or deletes it, and answers it as it was before, which the caller wipes. */
  async #change(
    change: (record: ActivationRecord) => ActivationRecord | undefined,
  ): Promise<ActivationRecord> {
    let before: ActivationRecord | undefined;
    let encoded: Uint8Array | undefined;
    try {
      const stored = await this.#home.storage.update(this.#home.keys.activation, (current) => {
        if (before !== undefined) wipeActivationRecord(before);
        wipe(encoded);
        before = readActivation(current, this.#home.keys.instanceId).record;
        this.#notice(before);
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

async function wipedAfter<T>(
  record: ActivationRecord,
  use: (record: ActivationRecord) => T | Promise<T>,
): Promise<T> {
  try {
    return await use(record);
  } finally {
    wipeActivationRecord(record);
  }
}

/** What `change` comes to; undefined where it was given up with the error that it gets. */
async function unlessUnfit<T>(change: (unfit: Error) => Promise<T>): Promise<T | undefined> {
  const unfit = new Error('The record is another one than expected');
  try {
    return await change(unfit);
  } catch (error) {
    if (error === unfit) return undefined;
    throw error;
  }
}

/** A wrapped key tells a factor from all others, because its nonce is random. */
function isSameFactor(a: WrappedBiometryKey | undefined, b: WrappedBiometryKey | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a.wrappedKey, b.wrappedKey);
}
