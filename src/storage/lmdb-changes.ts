/**
 * Who changed what: a log in LMDB, and the notices made from it.
 *
 * Each change is entered under the next number in the same transaction as the change itself. A reader remembers the last
 * number it saw. That there is something new, the file system tells (inotify and its like); where it does not, a look at
 * one number every {@link LOOK_MS} does, which costs microseconds.
 *
 * @module
 */

import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { keepsNothingAlive, type Timer } from '../util/timers.ts';
import { notify } from './checks.ts';
import type { Closing } from './closing.ts';
import type { LmdbDatabase, LmdbEnvironment } from './lmdb-environment.ts';
import { changeKey, recordKey, sequenceKey } from './lmdb-keys.ts';
import type { PowerAuthStorageChange } from './types.ts';

/** How many changes the log keeps; who is further behind is told to drop everything. */
const LOG_LENGTH = 512n;

/** How often the number is looked at, in ms: well within the second that subscribers are promised. */
const LOOK_MS = 700;

/** When it is looked at again after a write of the file, in ms. */
const LOOK_AGAIN_MS = [2, 20];

/** Length of an origin in bytes. */
export const ORIGIN_LENGTH = 8;

type Listener = (change: PowerAuthStorageChange) => void;

function sequenceFrom(value: Uint8Array | undefined): bigint {
  return value?.length === 8 ? Buffer.from(value).readBigUInt64BE() : 0n;
}

/** Enters a change of `key`, made by `origin`; to be called in the change's own transaction. */
export function logChange(database: LmdbDatabase, origin: Buffer, key: string): void {
  const sequence = sequenceFrom(database.get(sequenceKey())) + 1n;
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(sequence);
  database.put(sequenceKey(), number);
  database.put(changeKey(sequence), Buffer.concat([origin, recordKey(key).subarray(1)]));
  if (sequence > LOG_LENGTH) database.remove(changeKey(sequence - LOG_LENGTH));
}

/** Tells the subscribers of one environment what others changed, and those who wait for locks that something moved. */
export class ChangeFeed {
  readonly #environment: LmdbEnvironment;
  /** Who is told, and whose changes are not reported to it. */
  readonly #subscribers = new Map<Listener, Buffer>();
  readonly #waiting = new Set<() => void>();
  #seen = 0n;
  #watcher: FSWatcher | undefined;
  #looking: Timer | undefined;
  #coming: NodeJS.Immediate | undefined;
  #again: Timer[] = [];
  #closed = false;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  /** Tells `listener` from now on, until the function returned is called. */
  subscribe(origin: Buffer, listener: Listener): () => void {
    if (this.#subscribers.size === 0) this.#seen = this.#position();
    else this.#deliver();
    const own: Listener = (change) => {
      if (this.#subscribers.has(own)) listener(change);
    };
    this.#subscribers.set(own, origin);
    this.#watch();
    this.#looking ??= keepsNothingAlive(setInterval(() => this.sign(), LOOK_MS));
    return () => {
      this.#subscribers.delete(own);
      if (this.#subscribers.size > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    };
  }

  /** Resolved at the next sign of a change, after `ms`, or when `closing` closes. */
  async wait(ms: number, closing: Closing): Promise<void> {
    this.#watch();
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    // The timer keeps the process alive, as any call under way does.
    const timer = setTimeout(wake, ms);
    const forget = closing.onClose(wake);
    this.#waiting.add(wake);
    await woken;
    clearTimeout(timer);
    forget();
    this.#waiting.delete(wake);
  }

  /** Something may have changed. */
  sign(): void {
    for (const wake of this.#waiting) wake();
    if (this.#subscribers.size > 0 && !this.#closed) this.#deliver();
  }

  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#looking);
    clearImmediate(this.#coming);
    for (const timer of this.#again) clearTimeout(timer);
    this.sign();
    this.#subscribers.clear();
  }

  #position(): bigint {
    return sequenceFrom(this.#environment.read(sequenceKey()));
  }

  #watch(): void {
    if (this.#watcher !== undefined || this.#closed) return;
    try {
      this.#watcher = watch(join(this.#environment.folder, 'data.mdb'), { persistent: false }, () =>
        this.#lookSoon(),
      );
    } catch {
      // No more watches to be had (inotify's limit): looking every now and then does as well, only later.
      return;
    }
    this.#watcher.on('error', () => this.#watcher?.close());
  }

  /** After a write of the file: now, and again a little later, for LMDB shows a commit only after its last write. */
  #lookSoon(): void {
    // One commit is several writes.
    this.#coming ??= setImmediate(() => {
      this.#coming = undefined;
      this.sign();
      for (const timer of this.#again) clearTimeout(timer);
      this.#again = LOOK_AGAIN_MS.map((ms) => keepsNothingAlive(setTimeout(() => this.sign(), ms)));
    });
  }

  #deliver(): void {
    const entries = this.#newEntries();
    for (const [listener, origin] of this.#subscribers) {
      if (entries === 'all') {
        notify(listener, entries);
        continue;
      }
      const foreign = entries.filter((entry) => !entry.origin.equals(origin)).map((entry) => entry.key);
      if (foreign.length > 0) notify(listener, [...new Set(foreign)]);
    }
  }

  /** What the log has had since the last look, or 'all' when it does not reach back that far. */
  #newEntries(): { origin: Buffer; key: string }[] | 'all' {
    try {
      const position = this.#position();
      const from = this.#seen;
      this.#seen = position;
      if (position < from || position - from > LOG_LENGTH) return 'all';
      const entries = [];
      for (let sequence = from + 1n; sequence <= position; sequence++) {
        const value = this.#environment.read(changeKey(sequence));
        // Gone already: others went on writing.
        if (value === undefined) return 'all';
        const bytes = Buffer.from(value);
        entries.push({
          origin: bytes.subarray(0, ORIGIN_LENGTH),
          key: bytes.toString('utf16le', ORIGIN_LENGTH),
        });
      }
      return entries;
    } catch {
      // Who reads next gets the error; until then nothing that was read before is certain.
      return 'all';
    }
  }
}
