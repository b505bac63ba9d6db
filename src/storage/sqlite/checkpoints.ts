/**
 * Copies commits from the write-ahead log into the database, in a separate thread, because that synchronises two files.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { clearTimeout, now, setTimeout } from './clock.ts';
import type { SqlDatabase } from './engine.ts';
import { HelperThread } from './helper-thread.ts';

/** A checkpoint is made after this many bytes of commits of this thread. */
const CHECKPOINT_BYTES = 4_194_304;

/** If the log is longer than this many pages (of 4 KB), writers wait until it can start over. */
const LONG_LOG = 8192;

/**
 * A log of at most this length, in bytes, is emptied in this thread: that takes less time than starting another one.
 */
const SHORT_LOG_BYTES = 1_048_576;

/** Overwritten and removed data leaves the log after this long without a write, in ms. */
const QUIET_MS = 1000;

/**
 * How long others may prevent the log from being emptied, in ms, before that is postponed. Their reads and commits take
 * less than one.
 */
const PATIENCE_MS = 2000;

/** The longest pause between attempts to empty the log, in ms. */
const LONGEST_PAUSE_MS = 20;

const COPY = 'PRAGMA wal_checkpoint(PASSIVE)';
const EMPTY = 'PRAGMA wal_checkpoint(TRUNCATE)';

const isDone = (result: unknown): boolean => (result as { busy?: unknown } | undefined)?.busy === 0;

/** Checkpoints of one store. */
export class Checkpoints {
  readonly #path: string;
  readonly #database: SqlDatabase;
  /** The thread for checkpoints and other long statements. */
  readonly thread: HelperThread;
  #bytes = 0;
  #running: Promise<unknown> | undefined;
  #quiet: Timer | undefined;
  #lastCommit = 0;
  /** Whether the log may hold overwritten or removed data. */
  #isStale = false;
  /** The work that {@link forget} has started, and the work that follows it. */
  #forgetting: Promise<void> | undefined;
  #forgetNext: Promise<void> | undefined;
  /** How long that took the last time, in ms. */
  #forgetMs = 0;
  #isClosed = false;

  constructor(path: string, database: SqlDatabase) {
    this.#path = path;
    this.#database = database;
    this.thread = new HelperThread(path, database);
  }

  /**
   * Call this after each commit, with the approximate number of bytes that it added to the log, and whether it replaced
   * anything.
   */
  note(bytes: number, replaced: boolean): void {
    this.#bytes += bytes;
    if (this.#bytes >= CHECKPOINT_BYTES) {
      this.#bytes = 0;
      // If a checkpoint fails, the next one makes up for it; nothing depends on it.
      this.#running ??= this.#checkpoint()
        .catch(() => undefined)
        .finally(() => (this.#running = undefined));
    }
    this.#lastCommit = now();
    if (replaced) this.#isStale = true;
    if (this.#isStale) this.#emptyWhenQuiet();
  }

  /**
   * Resolves when the log holds nothing that was overwritten or removed before the call. If others prevent that for
   * {@link PATIENCE_MS}, it resolves then, and the log is emptied as soon as they allow it. Calls made while the log is
   * being emptied share the next time.
   */
  forget(): Promise<void> {
    // The one in progress may have started before the commit.
    this.#forgetNext ??= this.#afterForgetting().then(() => {
      this.#forgetNext = undefined;
      return (this.#forgetting = this.#forget());
    });
    return this.#forgetNext;
  }

  /**
   * If calls come all the time, they occupy the thread for at most half of the time, and many share the next
   * checkpoint.
   */
  async #afterForgetting(): Promise<void> {
    if (this.#forgetting === undefined) return;
    await this.#forgetting.catch(() => undefined);
    await pause(Math.min(this.#forgetMs, LONGEST_PAUSE_MS));
  }

  async #forget(): Promise<void> {
    const begun = now();
    try {
      await this.#empty();
    } finally {
      this.#forgetMs = now() - begun;
      this.#forgetting = undefined;
    }
  }

  /** Moves all commits into the database and leaves nothing in the log. Rejects if others prevent that. */
  async empty(): Promise<void> {
    if (!(await this.#empty())) throw new Error('others kept the log from being emptied');
  }

  /** Leaves no overwritten or removed data behind, as far as others allow it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#quiet);
    await Promise.allSettled([this.#forgetting, this.#forgetNext]);
    if (this.#isStale) await this.#empty().catch(() => undefined);
    await this.#running;
    await this.thread.close();
  }

  #emptyWhenQuiet(pause = QUIET_MS): void {
    if (this.#isClosed) return;
    this.#quiet ??= keepsNothingAlive(
      setTimeout(() => {
        this.#quiet = undefined;
        const rest = this.#lastCommit + QUIET_MS - now();
        if (rest > 0) this.#emptyWhenQuiet(rest);
        // If it fails, it is tried again a second later.
        else if (this.#isStale) void this.#empty(0).catch(() => undefined);
      }, pause),
    );
  }

  /**
   * @returns false if others have prevented the log from being emptied for `patience`, in ms; it is then tried again
   *   later
   */
  async #empty(patience = PATIENCE_MS): Promise<boolean> {
    this.#isStale = false;
    this.#bytes = 0;
    const end = now() + patience;
    // `close` continues the work that it interrupts.
    const isClosing = this.#isClosed;
    let isEmpty = false;
    try {
      for (let attempts = 1; ; attempts++) {
        const { size } = await stat(`${this.#path}-wal`);
        // While others write. What they add in the meantime is short, and is copied here.
        if (size > SHORT_LOG_BYTES && attempts === 1) await this.thread.run(COPY);
        // Without waiting for anybody: waiting for readers blocks writers.
        isEmpty = size === 0 || isDone(this.#database.prepare(EMPTY).get());
        if (isEmpty || now() >= end || this.#isClosed !== isClosing) return isEmpty;
        await pause(Math.ceil(Math.random() * Math.min(attempts, LONGEST_PAUSE_MS)));
      }
    } finally {
      if (!isEmpty) {
        this.#isStale = true;
        this.#emptyWhenQuiet();
      }
    }
  }

  async #checkpoint(): Promise<void> {
    const [result] = await this.thread.run(COPY);
    // If somebody is always writing, the log never ends. Writers have to wait so that it can start over.
    if (Number(result?.['log']) > LONG_LOG) await this.thread.run('PRAGMA wal_checkpoint(RESTART)');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
