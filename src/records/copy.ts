/**
 * Copies records from one store into another.
 *
 * Tokens come first and activations last, so that a copy that is cut short has whole instances, and tokens that nobody
 * takes for anything. A record is read, unsealed and looked at, and sealed anew for the other store.
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

/** What became of the records. */
export interface Outcomes {
  copied: number;
  equal: number;
  skipped: number;
}

interface Found {
  readonly record: OwnRecord;
  /** Unsealed; wiped by whoever has it. */
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
   * @throws INVALID_ACTIVATION_STATE for a record that is in the way; the error of the first unreadable record, unless
   *   somebody is told of it
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

  /** Before anything is written. */
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

  /** Whether it is a token of another activation than the one that stays in its place. */
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
          // What a change throws is what the update rejects with.
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

  /** In the place of a record that nobody can read. */
  async #putOver(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<keyof Outcomes> {
    if (this.#existing === 'refuse') throw inTheWay(key);
    if (this.#existing === 'skip') return 'skipped';
    await this.#target.set(key, bytes);
    return 'copied';
  }

  /**
   * What `call` comes to. Where the target's record can't be read, that counts as another record; but only when unreadable
   * ones were thought of, because all are unreadable with a wrong key.
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
