/**
 * How an activation is written to the storage, whatever the storage reports.
 *
 * A storage may report a failure although it has written. If the commit is then repeated, it must not overwrite a
 * removal that happened in between: the activation would be back, with a used counter. So it takes two steps:
 *
 * ```
 *  nothing ── reserve ──> reservation of this attempt ── write ──> record
 *     ^                                │
 *     └────── take back, when the write has failed ───────────────────┘
 * ```
 *
 * Each step replaces exactly what the step before has left. The record is only written over the reservation of the same
 * attempt, and no other reservation is made while a record may have been written. So if neither of the two is found,
 * somebody has removed it. A reservation is not an activation: nobody takes it for one, and anybody may replace it by
 * their own.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import {
  encodeActivationRecord,
  encodeReservation,
  readActivation,
  wipeActivationRecord,
  type ActivationRecord,
} from './activation-record.ts';
import type { RecordKeys } from './record-keys.ts';

/** Writes one activation to the storage, in as many attempts as necessary. */
export class ActivationCommit {
  readonly #storage: PowerAuthStorage;
  readonly #keys: RecordKeys;
  /** The reservation of the attempt whose record may have been written; it certainly was in the storage. */
  #reservation: Uint8Array | undefined;

  /** @param storage sealed already */
  constructor(storage: PowerAuthStorage, keys: RecordKeys) {
    this.#storage = storage;
    this.#keys = keys;
  }

  /** Whether an attempt has failed and it is unknown whether it has written. */
  get isInDoubt(): boolean {
    return this.#reservation !== undefined;
  }

  /**
   * Persists the activation. If an earlier attempt has written it, its factors are replaced; its counter may have been
   * used.
   *
   * @throws INVALID_ACTIVATION_STATE if there is another activation, OPERATION_CANCELED if this one was removed after
   *   the first attempt: every further attempt fails then; what the storage throws, in which case another attempt may
   *   succeed
   */
  async attempt(record: ActivationRecord): Promise<void> {
    const reservation = (this.#reservation ??= await this.#reserve());
    let refusal: Error | undefined;
    let encoded: Uint8Array | undefined;
    try {
      const stored = await this.#storage.update(this.#keys.activation, (current) => {
        refusal = undefined;
        wipe(encoded);
        try {
          encoded = this.#next(current, record, reservation);
          return encoded;
        } catch (error) {
          refusal = error as Error;
          throw error;
        }
      });
      wipe(stored);
    } catch (error) {
      if (refusal !== undefined) throw refusal;
      if (!(await this.#isWritten(record, reservation))) throw error;
    } finally {
      wipe(encoded);
    }
    this.#reservation = undefined;
  }

  #read(bytes: Uint8Array | undefined): ReturnType<typeof readActivation> {
    return readActivation(bytes, this.#keys.instanceId);
  }

  /** Adds this attempt's reservation, or replaces somebody else's by it. */
  async #reserve(): Promise<Uint8Array> {
    const reservation = randomBytes(16);
    try {
      await this.#storage.update(this.#keys.activation, (current) => {
        const { record } = this.#read(current);
        if (record === undefined)
          return encodeReservation({ instanceId: this.#keys.instanceId, nonce: reservation });
        wipeActivationRecord(record);
        throw anotherOne();
      });
    } catch (error) {
      const found = await this.#storage
        .get(this.#keys.activation)
        .then((bytes) => this.#read(bytes))
        .catch(() => undefined);
      if (found?.record !== undefined) wipeActivationRecord(found.record);
      if (!isSame(found?.reservation, reservation)) throw error;
    }
    return reservation;
  }

  #next(
    current: Uint8Array | undefined,
    record: ActivationRecord,
    reservation: Uint8Array,
  ): Uint8Array<ArrayBuffer> {
    const found = this.#read(current);
    if (isSame(found.reservation, reservation)) return encodeActivationRecord(record);
    if (found.record === undefined) {
      throw found.reservation === undefined ? removed() : anotherOne();
    }
    try {
      if (found.record.activationId !== record.activationId) throw anotherOne();
      const { knowledge, biometry } = record;
      return encodeActivationRecord({ ...found.record, knowledge, biometry });
    } finally {
      wipeActivationRecord(found.record);
    }
  }

  /** Finds out the result of a write that was reported as failed. A write that wasn't done is prevented for good. */
  async #isWritten(record: ActivationRecord, reservation: Uint8Array): Promise<boolean> {
    let isWritten = false;
    const nothingToUndo = new Error('left as it is');
    try {
      await this.#storage.update(this.#keys.activation, (current) => {
        const found = this.#read(current);
        if (isSame(found.reservation, reservation)) return undefined;
        // Each attempt has its own salt.
        isWritten = isSame(found.record?.knowledge.salt, record.knowledge.salt);
        if (found.record !== undefined) wipeActivationRecord(found.record);
        throw nothingToUndo;
      });
      this.#reservation = undefined;
    } catch {
      // Either there was nothing to undo, or it stays in doubt until the next attempt.
    }
    return isWritten;
  }
}

function isSame(found: Uint8Array | undefined, own: Uint8Array): boolean {
  return found !== undefined && equalBytes(found, own);
}

function anotherOne(): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    'This instance already has an activation; remove it before another one is committed',
  );
}

function removed(): Error {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    'The activation was removed while it was being committed; create another one',
  );
}
