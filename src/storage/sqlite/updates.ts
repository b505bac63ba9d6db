/**
 * Atomic read-modify-write of one connection.
 *
 * A value is computed outside the transaction that writes it, because foreign code computes it. The transaction
 * compares the current value with the one that the new value was computed from. Updates of one record by one thread
 * needn't race each other: each starts from what the one before it is about to write, so one transaction, and one
 * synchronisation of the log, carries out all of them.
 *
 * @module
 */

import { copyOfValue } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { Turns } from '../driver/turns.ts';
import type { Change } from '../driver/updates.ts';

type Value = Uint8Array<ArrayBuffer> | undefined;

/** What updates need from their store. */
export interface UpdateStore {
  /** See {@link Writer.soon}. */
  soon(): Promise<void>;
  /** The value that is committed now, as a copy. */
  get(key: string): Promise<Value>;
  /**
   * Settles as `committed` does, once that is on the disk. A transaction that resolves to false has written nothing.
   */
  durable(committed: Promise<boolean>): Promise<boolean>;
}

/** The storage object that updates. */
export interface Updater {
  readonly closing: Closing;
  /**
   * Replaces `current` in the record by `next`, after everything that was put before.
   *
   * @returns once it is committed; false if the record is no longer `current`
   */
  replace(current: Value, next: Value): Promise<boolean>;
}

/** An update that waits for its transaction. */
interface Pending {
  readonly value: Value;
  /** Whether it was written; never rejects. */
  readonly outcome: Promise<boolean>;
}

/** The outcome of an attempt: the value, and whether it was written. */
interface Made {
  readonly next: Value;
  readonly isDone: Promise<boolean>;
}

/** The updates of one connection. */
export class Updates {
  readonly #store: UpdateStore;
  /** The turns to compute the next value of a record. */
  readonly #turns = new Turns();
  /** The last value of each record that was computed and isn't committed yet. */
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

  /** Computes a value and has it written. Returns undefined if it started from a value that was never written. */
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
      // The caller may wipe what it gets.
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
