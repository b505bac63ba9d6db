/**
 * Atomic read-modify-write of one connection.
 *
 * A value is made outside the transaction that writes it, for it is made by code of others; the transaction compares what
 * is there with what the value was made from. Updates of one record by one thread needn't race each other: each is made
 * from what the one before it is about to write, so that one transaction, and one synchronisation of the log, does them all.
 *
 * @module
 */

import { copyOfValue } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { Turns } from '../driver/turns.ts';
import type { Change } from '../driver/updates.ts';

type Value = Uint8Array<ArrayBuffer> | undefined;

/** What updates need of their store. */
export interface UpdateStore {
  /** See {@link Writer.soon}. */
  soon(): Promise<void>;
  /** The value that is committed now, as a copy. */
  get(key: string): Promise<Value>;
  /** As `committed`, once that is on the disk; what resolves to false has written nothing. */
  durable(committed: Promise<boolean>): Promise<boolean>;
}

/** Who updates. */
export interface Updater {
  readonly closing: Closing;
  /**
   * Puts `next` in the place of `current` in the record, after what was put before.
   *
   * @returns once it is committed; false where the record is no longer `current`
   */
  replace(current: Value, next: Value): Promise<boolean>;
}

/** An update that waits for its transaction. */
interface Pending {
  readonly value: Value;
  /** Whether it has been made; never rejects. */
  readonly outcome: Promise<boolean>;
}

/** What came of an attempt: the value, and whether it was written. */
interface Made {
  readonly next: Value;
  readonly isDone: Promise<boolean>;
}

/** The updates of one connection. */
export class Updates {
  readonly #store: UpdateStore;
  /** Whose turn it is to make the next value of a record. */
  readonly #turns = new Turns();
  /** The last value of each record that was made, and is not committed yet. */
  readonly #pending = new Map<string, Pending>();

  constructor(store: UpdateStore) {
    this.#store = store;
  }

  /** See {@link PowerAuthStorage.update}. */
  async update(key: string, change: Change, by: Updater): Promise<Value> {
    for (;;) {
      const made = await this.#make(key, change, by);
      if (made !== undefined && (await made.isDone)) return made.next;
    }
  }

  /** Makes a value and has it written; undefined when it would have been made from one that never came to be. */
  async #make(key: string, change: Change, by: Updater): Promise<Made | undefined> {
    await this.#store.soon();
    const pass = await this.#turns.take(key, by.closing);
    try {
      const before = this.#pending.get(key);
      const current = before === undefined ? await this.#store.get(key) : before.value?.slice();
      by.closing.throwIfClosed();
      let next: Value;
      try {
        const answer = await change(current?.slice());
        next = answer === undefined ? undefined : copyOfValue(answer);
      } catch (error) {
        if (before === undefined || (await before.outcome)) throw error;
        return undefined;
      }
      by.closing.throwIfClosed();
      return { next, isDone: this.#replace(key, current, next, by) };
    } finally {
      pass();
    }
  }

  #replace(key: string, current: Value, next: Value, by: Updater): Promise<boolean> {
    const committed = by.replace(current, next);
    const pending: Pending = {
      // The caller may wipe what it is given.
      value: next?.slice(),
      outcome: committed.catch(() => false),
    };
    this.#pending.set(key, pending);
    void pending.outcome.then(() => {
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
    });
    return this.#store.durable(committed);
  }
}
