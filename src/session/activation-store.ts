/**
 * The persisted activation of one instance.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { readActivation, wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
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

/** Reads the activation record, and knows its identifier. How it changes is in ./activation-updates.ts. */
export class ActivationStore {
  readonly home: ActivationHome;
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
    this.home = home;
  }

  /** Drops what is remembered: somebody else changed the record, or may have. */
  forget(): void {
    this.#activationId = undefined;
    this.#asking = undefined;
    this.#epoch++;
  }

  /** The record, or undefined. The caller must wipe it. */
  async read(): Promise<ActivationRecord | undefined> {
    const epoch = this.#epoch;
    const bytes = await this.home.storage.get(this.home.keys.activation);
    const { record } = readActivation(bytes, this.home.keys.instanceId);
    this.notice(record);
    if (epoch === this.#epoch) this.#activationId = this.#seen;
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
    this.home.catchUp();
    if (this.#activationId !== undefined) return this.#activationId ?? undefined;
    // Simultaneous calls share one answer, so they continue in the order in which they were made.
    return (this.#asking ??= this.#ask());
  }

  async #ask(): Promise<string | undefined> {
    const epoch = this.#epoch;
    try {
      return await this.withRecordIfAny((record) => record.activationId);
    } finally {
      if (epoch === this.#epoch) this.#asking = undefined;
    }
  }

  /** Takes note of a record that was found in the storage. */
  notice(record: ActivationRecord | undefined): void {
    const seen = this.#seen;
    const activationId = record?.activationId ?? null;
    // The text that is there already is kept: each record that is read has one of its own.
    if (seen === activationId) return;
    this.#seen = activationId;
    if (seen === undefined) return;
    this.forget();
    this.home.otherActivation();
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
