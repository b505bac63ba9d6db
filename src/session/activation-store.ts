/**
 * The persisted activation of one instance.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { nextCounter } from '../protocol/counter.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
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

/** The error of calls that need an activation if there is none. */
export function missingActivation(): Error {
  return failure(
    PowerAuthErrorCode.MISSING_ACTIVATION,
    'This instance has no activation; create one with createActivation and commitActivation first',
  );
}

/** The place of an activation record. */
export interface ActivationHome {
  readonly storage: SessionStorage;
  readonly keys: RecordKeys;
  /** Drops what is remembered of the storage if a notice said that anything may have changed. */
  catchUp(): void;
  /**
   * Called when the storage shows a different activation than before, or none, whoever finds that out, with or without
   * a notice.
   */
  otherActivation(): void;
}

/** Reads and changes the activation record. */
export class ActivationStore {
  readonly #home: ActivationHome;
  /** Identifier known from the storage; null if it has none, undefined if it must be read. */
  #activationId: string | null | undefined;
  /** Counts the moments at which what was read before became doubtful. */
  #epoch = 0;
  /** The storage is being asked for the identifier, since the last of those moments. */
  #asking: Promise<string | undefined> | undefined;

  /** The identifier that the storage showed last; {@link forget} keeps it. */
  #seen: string | null | undefined;

  #behind: { readonly activationId: string; readonly distance: number } | undefined;

  constructor(home: ActivationHome) {
    this.#home = home;
  }

  /** Drops what is remembered: somebody else changed the record, or may have. */
  forget(): void {
    this.#activationId = undefined;
    this.#asking = undefined;
    this.#epoch++;
  }

  /** The record, or undefined. The caller must wipe it. */
  async read(): Promise<ActivationRecord | undefined> {
    const bytes = await this.#home.storage.get(this.#home.keys.activation);
    const { record } = readActivation(bytes, this.#home.keys.instanceId);
    this.#notice(record);
    return record;
  }

  /**
   * Passes the record to `use`, and wipes it when that has settled.
   *
   * @throws MISSING_ACTIVATION, and what `use` throws
   */
  async withRecord<T>(use: (record: ActivationRecord) => T | Promise<T>): Promise<T> {
    const record = await this.read();
    if (record === undefined) throw missingActivation();
    return wipedAfter(record, use);
  }

  /** The same, but if there is no record, `use` isn't called, and the result is undefined. */
  async withRecordIfAny<T>(use: (record: ActivationRecord) => T | Promise<T>): Promise<T | undefined> {
    const record = await this.read();
    return record && wipedAfter(record, use);
  }

  /** The same as {@link activationId}, read now: a change by another process may not have been noticed yet. */
  async readActivationId(): Promise<string | undefined> {
    this.forget();
    return this.activationId();
  }

  /** The activation's identifier, or undefined without one. Costs a storage access only after {@link forget}. */
  async activationId(): Promise<string | undefined> {
    this.#home.catchUp();
    if (this.#activationId !== undefined) return this.#activationId ?? undefined;
    // Simultaneous calls share one answer, so they continue in the order in which they were made.
    return (this.#asking ??= this.#ask());
  }

  async #ask(): Promise<string | undefined> {
    const epoch = this.#epoch;
    try {
      const activationId = await this.withRecordIfAny((record) => record.activationId);
      if (epoch === this.#epoch)
        this.#activationId = this.#seen === activationId ? this.#seen : (activationId ?? null);
      return activationId;
    } finally {
      if (epoch === this.#epoch) this.#asking = undefined;
    }
  }

  #notice(record: ActivationRecord | undefined): void {
    const seen = this.#seen;
    const activationId = record?.activationId ?? null;
    // The text that is there already is kept: each record that is read has one of its own.
    if (seen === activationId) return;
    this.#seen = activationId;
    if (seen === undefined) return;
    this.forget();
    this.#home.otherActivation();
  }

  /**
   * Takes the counter for one signature: the returned record holds the value to use, and the storage already the next
   * one, so no crash can make it be used twice. The caller must wipe the record.
   *
   * @param fits whether the record is the one that the signature is meant for
   * @returns undefined, without taking a value, if it doesn't fit
   * @throws MISSING_ACTIVATION
   */
  async takeCounter(fits: (record: ActivationRecord) => boolean): Promise<ActivationRecord | undefined> {
    let next: Uint8Array | undefined;
    try {
      return await unlessUnfit(
        this.#change((record) => {
          // The update rejects with what its change throws.
          if (!fits(record)) throw UNFIT;
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

  /** Remembers that the counter was behind the server's by so much, and was moved, until it is reported. */
  foundBehind(activationId: string, distance: number): void {
    this.#behind = { activationId, distance: distance + this.reportBehind(activationId) };
  }

  /** How far the counter was found behind since the last report. */
  reportBehind(activationId: string): number {
    const behind = this.#behind;
    this.#behind = undefined;
    return behind?.activationId === activationId ? behind.distance : 0;
  }

  /**
   * Replaces the wrapping of the knowledge factor key.
   *
   * @param fits whether the current wrapping is the one to replace
   * @returns whether it was replaced
   * @throws MISSING_ACTIVATION
   */
  async changeKnowledge(
    fits: (present: WrappedKnowledgeKey) => boolean,
    knowledge: WrappedKnowledgeKey,
  ): Promise<boolean> {
    const before = await unlessUnfit(
      this.#changeForSure(
        (record) => {
          if (!fits(record.knowledge)) throw UNFIT;
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
   * Sets the biometry factor, or removes it.
   *
   * @param activationId the activation that the factor belongs to; undefined for the current one
   * @returns the former factor, its key wiped
   * @throws MISSING_ACTIVATION, OPERATION_CANCELED if there is another activation
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

  /** Deletes the record, whatever it is; no error if there is none. */
  async delete(): Promise<void> {
    try {
      await this.#home.storage.delete(this.#home.keys.activation);
    } finally {
      // Not "there is none": somebody else may have created one in the meantime.
      this.forget();
    }
  }

  /**
   * Deletes the record if it belongs to this activation.
   *
   * @returns the deleted record, its keys wiped; undefined if there was none, or another one
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
   * The same as {@link #change}. If the storage reports a failure but has made the change, the change counts as made.
   *
   * @param isDone whether what is found then is the result of this change, and of no other
   */
  async #changeForSure(
    change: (record: ActivationRecord) => ActivationRecord | undefined,
    isDone: (present: ActivationRecord | undefined) => boolean,
  ): Promise<ActivationRecord> {
    let before: ActivationRecord | undefined;
    let isRefused = true;
    // Not interrupted, so that the result can be read.
    return this.#home.storage.uncut(async () => {
      try {
        return await this.#change((record) => {
          isRefused = true;
          const changed = change(record);
          isRefused = false;
          // Parts that are wiped in the meantime are useless to callers, too.
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

  /** Persists a changed record, or deletes it. Returns the former record, which the caller must wipe. */
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

/** One for all: an error of its own for each signature would be a good part of what that costs. */
const UNFIT = /* @__PURE__ */ new Error('The record is another one than expected');

/** The result of `change`; undefined if it was abandoned with {@link UNFIT}. */
async function unlessUnfit<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change;
  } catch (error) {
    if (error === UNFIT) return undefined;
    throw error;
  }
}

/** A wrapped key identifies a factor, because its nonce is random. */
function isSameFactor(a: WrappedBiometryKey | undefined, b: WrappedBiometryKey | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a.wrappedKey, b.wrappedKey);
}
