/**
 * Records who changed what: a log in the database, and the notices made from it.
 *
 * Each change is entered under the next number, in the same transaction as the change itself. A thread with subscribers
 * reads the last number every {@link LOOK_MS}. That takes microseconds, costs the same for any number of subscribers,
 * needs nothing from the operating system, and misses nothing.
 *
 * @module
 */

import { PowerAuthError } from '../../errors.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { Listeners } from '../driver/listeners.ts';
import type { PowerAuthStorageChange } from '../types.ts';
import { clearInterval, setInterval } from './clock.ts';
import type { SqlDatabase, SqlStatement } from './engine.ts';
import { decodeName, encodeName } from './layout.ts';
import type { Presence } from './presence.ts';

/** How many changes the log keeps at least; a thread that is further behind is told that anything may have changed. */
const LOG_LENGTH = 4096;

/** How many changes are removed from the log at a time. */
const TRIMMED = 256;

/** How often the log is read, in ms: well within the second that subscribers are promised. */
const LOOK_MS = 100;

/** How old the last check that the files are still there may be, in ms: it costs more than reading the log. */
const PRESENCE_MS = 900;

/** Length of an origin in bytes. */
export const ORIGIN_LENGTH = 8;

type Listener = (change: PowerAuthStorageChange) => void;

interface Entry {
  readonly number: number;
  readonly origin: Uint8Array;
  readonly key: Uint8Array;
}

const idOf = (origin: Uint8Array): string => Buffer.from(origin).toString('latin1');

/** The log of one connection, and its subscribers. */
export class Changes {
  readonly #presence: Presence;
  readonly #enter: SqlStatement;
  readonly #trim: SqlStatement;
  readonly #last: SqlStatement;
  readonly #after: SqlStatement;
  /** The subscribers, by the origin whose own changes are not reported to them. */
  readonly #subscribers = new Map<string, Listeners<PowerAuthStorageChange>>();
  #seen = 0;
  #looking: Timer | undefined;

  constructor(database: SqlDatabase, presence: Presence) {
    this.#presence = presence;
    this.#enter = database.prepare('INSERT INTO changes (origin, key) VALUES (?, ?)');
    this.#trim = database.prepare('DELETE FROM changes WHERE number <= ?');
    this.#last = database.prepare('SELECT max(number) AS number FROM changes');
    this.#after = database.prepare(
      'SELECT number, origin, key FROM changes WHERE number > ? ORDER BY number',
    );
  }

  /** Enters a change of `key`, made by `origin`. Call this in the change's own transaction. */
  enter(origin: Uint8Array, key: string): void {
    const { lastInsertRowid } = this.#enter.run(origin, encodeName(key)) as {
      lastInsertRowid: number | bigint;
    };
    const number = Number(lastInsertRowid);
    if (number % TRIMMED === 0 && number > LOG_LENGTH) this.#trim.run(number - LOG_LENGTH);
  }

  /** Notifies `listener` from now on, until the returned function is called. */
  subscribe(origin: Uint8Array, listener: Listener): () => void {
    if (this.#looking === undefined) {
      this.#seen = this.#position();
      this.#looking = keepsNothingAlive(setInterval(() => this.#look(), LOOK_MS));
    } else this.#look();
    const id = idOf(origin);
    const listeners = this.#subscribers.get(id) ?? new Listeners<PowerAuthStorageChange>();
    this.#subscribers.set(id, listeners);
    const remove = listeners.add(listener);
    return () => {
      remove();
      if (listeners.size === 0 && this.#subscribers.get(id) === listeners) this.#subscribers.delete(id);
      if (this.#subscribers.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #position(): number {
    try {
      return this.#read();
    } catch {
      // Lower than all numbers: the next successful read reports that anything may have changed.
      return -1;
    }
  }

  #read(): number {
    return (this.#last.get() as { number: number | null }).number ?? 0;
  }

  #look(): void {
    const entries = this.#newEntries();
    if (entries.length === 0) return;
    const changed = entries === 'all' ? undefined : new ChangedKeys(entries);
    for (const [id, listeners] of this.#subscribers) {
      const change = changed?.foreignTo(id) ?? 'all';
      if (change.length > 0) listeners.tell(change);
    }
  }

  /** The entries since the last read, or 'all' if the log doesn't reach back that far. */
  #newEntries(): readonly Entry[] | 'all' {
    const from = this.#seen;
    try {
      this.#presence.assertRecently(PRESENCE_MS);
      const position = this.#read();
      if (position === from) return [];
      const entries = position > from ? (this.#after.all(from) as Entry[]) : [];
      this.#seen = entries.at(-1)?.number ?? position;
      return entries[0]?.number === from + 1 ? entries : 'all';
    } catch (error) {
      // If the files are gone, the next reader gets the error. Otherwise the next successful read reports that anything
      // may have changed.
      const isNews = error instanceof PowerAuthError && this.#seen !== -1;
      this.#seen = -1;
      return isNews ? 'all' : [];
    }
  }
}

/** Keys that changed. Computed once for all subscribers, except those that made some of the changes themselves. */
class ChangedKeys {
  readonly #entries: readonly Entry[];
  readonly #origins: ReadonlySet<string>;
  readonly #all: readonly string[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    this.#origins = new Set(entries.map(({ origin }) => idOf(origin)));
    this.#all = keysOf(entries);
  }

  foreignTo(id: string): readonly string[] {
    if (!this.#origins.has(id)) return this.#all;
    return keysOf(this.#entries.filter(({ origin }) => idOf(origin) !== id));
  }
}

function keysOf(entries: readonly Entry[]): readonly string[] {
  return Object.freeze([...new Set(entries.map(({ key }) => decodeName(key)))]);
}
