/**
 * How an activation comes into the storage, whatever the storage reports of it.
 *
 * A storage may report a failure of what it has written. If the commit is then repeated, it must not write over a removal
 * that came in between: the activation would be back, with a counter that was used. So it takes two steps:
 *
 * ```
 *  nothing ── reserve ──> reservation of this attempt ── write ──> record
 *     ^                                │
 *     └────── take back, when the write has failed ───────────────────┘
 * ```
 *
 * Each step replaces exactly what the one before has left. The record is written over the reservation of the same attempt
 * alone, and no other reservation is made while a record may have been written. So where neither of the two is found,
 * somebody has removed it. A reservation is no activation: nobody sees one in it, and everybody may put theirs in its place.
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

/** Puts one activation into the storage, in as many attempts as it takes. */
export class ActivationCommit {
  readonly #storage: PowerAuthStorage;
  readonly #keys: RecordKeys;
  /** That of the attempt whose record may have been written; it was in the storage, for sure. */
  #reservation: Uint8Array | undefined;

  /** @param storage sealed already */
  constructor(storage: PowerAuthStorage, keys: RecordKeys) {
    this.#storage = storage;
    this.#keys = keys;
  }

  /** Whether an attempt has failed without telling if it has written. */
  get isInDoubt(): boolean {
    return this.#reservation !== undefined;
  }

  /**
   * Persists the activation. Where an attempt before has written it, its factors are set anew; its counter may have been
   * used.
   *
   * @throws INVALID_ACTIVATION_STATE when another activation is there, OPERATION_CANCELED when this one was removed since
   *   it was first attempted: every further attempt fails then; what the storage throws, and then another one may not
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

  /** Replaces nothing, or somebody's reservation, by one of this attempt. */
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

  /** Finds out what became of a write that is said to have failed. One that was not done is undone for good. */
  async #isWritten(record: ActivationRecord, reservation: Uint8Array): Promise<boolean> {
    let isWritten = false;
    const nothingToUndo = new Error('left as it is');
    try {
      await this.#storage.update(this.#keys.activation, (current) => {
        const found = this.#read(current);
        if (isSame(found.reservation, reservation)) return undefined;
        // Each attempt has a salt of its own.
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
    'This instance has an activation already; remove it before another one is committed',
  );
}

function removed(): Error {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    'The activation was removed while it was being committed; create another one',
  );
}
