/**
 * Copies records from one store into another.
 *
 * Tokens come first and activations last, so an interrupted copy has complete instances, plus tokens that everybody
 * ignores. Each record is read, unsealed, checked, and sealed again for the other store.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { kindOf } from '../session/record-keys.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { copySecret, equalBytes, wipe } from '../util/bytes.ts';
import { LastActivation } from './list.ts';
import { describeRecord, openStore, orUnreadable, ownKeys, type OwnRecord } from './store.ts';
import type { PowerAuthStore } from './types.ts';
import type { Work } from './work.ts';

/** See `CopyRecordsOptions`. */
export type Existing = 'refuse' | 'skip' | 'overwrite';

/** The outcomes for the records. */
export interface Outcomes {
  copied: number;
  equal: number;
  skipped: number;
}

interface Found {
  readonly record: OwnRecord;
  /** Unsealed; the holder must wipe it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const UNREADABLE = Symbol('unreadable');

/** Copies the records of one instance, or of all. */
export class Copy {
  readonly #from: PowerAuthStore;
  readonly #to: PowerAuthStore;
  readonly #existing: Existing;
  readonly #instanceId: string | undefined;
  readonly #work: Work;
  readonly #source: PowerAuthStorage;
  readonly #target: PowerAuthStorage;
  readonly #activations: LastActivation;
  readonly #outcomes: Outcomes = { copied: 0, equal: 0, skipped: 0 };

  constructor(
    from: PowerAuthStore,
    to: PowerAuthStore,
    settings: { readonly existing: Existing; readonly instanceId: string | undefined },
    work: Work,
  ) {
    this.#from = from;
    this.#to = to;
    this.#existing = settings.existing;
    this.#instanceId = settings.instanceId;
    this.#work = work;
    this.#source = openStore(from, 'from.sealingKey');
    this.#target = openStore(to, 'to.sealingKey');
    this.#activations = new LastActivation(this.#target);
  }

  /**
   * @throws INVALID_ACTIVATION_STATE for a conflicting record; the error of the first unreadable record, unless
   *   somebody is told about it
   */
  async run(): Promise<Outcomes> {
    const keys = (): AsyncIterable<string> => ownKeys(this.#from.storage, this.#instanceId);
    await this.#work.count(keys());
    if (this.#existing === 'refuse') await this.#refuseOthers();
    for (const kind of ['token', 'activation'] as const) {
      await this.#work.each(only(kind, keys()), (key) => this.#copy(key));
    }
    return this.#outcomes;
  }

  /** Call this before anything is written. */
  async #refuseOthers(): Promise<void> {
    const uncounted = false;
    await this.#work.each(
      ownKeys(this.#to.storage, this.#instanceId),
      async (key) => {
        const present = await this.#inTarget(key, () => this.#target.get(key));
        const bytes = await orUnreadable(key, () => this.#source.get(key));
        try {
          if (present === undefined || !(bytes instanceof Uint8Array)) return;
          if (present === UNREADABLE || !equalBytes(present, bytes)) throw inTheWay(key);
        } finally {
          if (present !== UNREADABLE) wipe(present);
          if (bytes instanceof Uint8Array) wipe(bytes);
        }
      },
      uncounted,
    );
  }

  async #copy(key: string): Promise<void> {
    const found = await orUnreadable(key, () => this.#read(key));
    if (found === undefined) return;
    if ('type' in found) {
      this.#work.reportUnreadable(found);
      return;
    }
    try {
      const outcome = (await this.#isOfAnother(found.record)) ? 'skipped' : await this.#put(key, found.bytes);
      this.#outcomes[outcome]++;
    } finally {
      wipe(found.bytes);
    }
  }

  async #read(key: string): Promise<Found | undefined> {
    const bytes = await this.#source.get(key);
    if (bytes === undefined) return undefined;
    try {
      return { record: describeRecord(key, copySecret(bytes)), bytes };
    } catch (error) {
      wipe(bytes);
      throw error;
    }
  }

  /** Whether it is a token of an activation other than the one that stays in the target. */
  async #isOfAnother(record: OwnRecord): Promise<boolean> {
    if (this.#existing !== 'skip' || record.type !== 'token') return false;
    const present = await this.#activations.idFor(record.key);
    return present !== undefined && present !== record.activationId;
  }

  async #put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<keyof Outcomes> {
    let outcome: keyof Outcomes = 'copied';
    const left = new Error('The record stays as it is');
    try {
      const stored = await this.#inTarget(key, () =>
        this.#target.update(key, (current) => {
          try {
            outcome = this.#outcomeFor(key, current, bytes);
          } finally {
            wipe(current);
          }
          // The update rejects with what its change throws.
          if (outcome !== 'copied') throw left;
          return bytes;
        }),
      );
      if (stored === UNREADABLE) return await this.#putOver(key, bytes);
      wipe(stored);
    } catch (error) {
      if (error !== left) throw error;
    }
    return outcome;
  }

  /** Replaces a record that nobody can read. */
  async #putOver(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<keyof Outcomes> {
    if (this.#existing === 'refuse') throw inTheWay(key);
    if (this.#existing === 'skip') return 'skipped';
    await this.#target.set(key, bytes);
    return 'copied';
  }

  /**
   * The outcome of `call`. If the target's record can't be read, it counts as a different record, but only if the
   * caller handles unreadable records, because with a wrong key all records are unreadable.
   */
  async #inTarget<T>(key: string, call: () => Promise<T>): Promise<T | typeof UNREADABLE> {
    if (!this.#work.toleratesUnreadable) return call();
    const found = await orUnreadable(key, call);
    return typeof found === 'object' && found !== null && 'type' in found ? UNREADABLE : found;
  }

  #outcomeFor(key: string, current: Uint8Array | undefined, bytes: Uint8Array): keyof Outcomes {
    if (current === undefined) return 'copied';
    if (equalBytes(current, bytes)) return 'equal';
    if (this.#existing === 'overwrite') return 'copied';
    if (this.#existing === 'skip') return 'skipped';
    throw inTheWay(key);
  }
}

async function* only(
  kind: 'token' | 'activation',
  keys: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  for await (const key of keys) if (kindOf(key) === kind) yield key;
}

function inTheWay(key: string): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    `existing: the other store has another record ${JSON.stringify(key)}; choose 'skip' to keep it, or 'overwrite' to replace it`,
  );
}
