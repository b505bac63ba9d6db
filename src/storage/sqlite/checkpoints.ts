/**
 * Copies commits from the write-ahead log into the database, in a thread of its own: that synchronises two files.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { clearTimeout, setTimeout } from './clock.ts';
import type { SqlDatabase } from './engine.ts';
import { HelperThread } from './helper-thread.ts';

/** A checkpoint is made after this many bytes of commits of this thread. */
const CHECKPOINT_BYTES = 4_194_304;

/** When the log is longer than this many pages (of 4 KB), writers wait until it can begin anew. */
const LONG_LOG = 8192;

/** A log of at most this length, in bytes, is emptied in this thread: that takes less than starting another one. */
const SHORT_LOG_BYTES = 1_048_576;

/** What was overwritten or removed leaves the log after this long without a write, in ms. */
const QUIET_MS = 1000;

const EMPTY = 'PRAGMA wal_checkpoint(TRUNCATE)';

const isDone = (result: unknown): boolean => (result as { busy?: unknown } | undefined)?.busy === 0;

/** Checkpoints of one store. */
export class Checkpoints {
  readonly #path: string;
  readonly #database: SqlDatabase;
  /** Where checkpoints are made; it runs other long statements, too. */
  readonly thread: HelperThread;
  #bytes = 0;
  #running: Promise<unknown> | undefined;
  #quiet: Timer | undefined;
  /** Whether the log may hold what was overwritten or removed. */
  #isStale = false;

  constructor(path: string, database: SqlDatabase) {
    this.#path = path;
    this.#database = database;
    this.thread = new HelperThread(path, database);
  }

  /** To be told of each commit: about how many bytes it added to the log, and whether it replaced anything. */
  note(bytes: number, replaced: boolean): void {
    this.#bytes += bytes;
    if (this.#bytes >= CHECKPOINT_BYTES) {
      this.#bytes = 0;
      // The next one makes up for one that fails; nothing depends on it.
      this.#running ??= this.#checkpoint()
        .catch(() => undefined)
        .finally(() => (this.#running = undefined));
    }
    if (replaced) this.#isStale = true;
    if (!this.#isStale) return;
    clearTimeout(this.#quiet);
    this.#quiet = keepsNothingAlive(setTimeout(() => void this.empty().catch(() => undefined), QUIET_MS));
  }

  /** All commits go into the database, and nothing is left in the log; rejects when others keep that from happening. */
  async empty(): Promise<void> {
    clearTimeout(this.#quiet);
    this.#isStale = false;
    this.#bytes = 0;
    try {
      const { size } = await stat(`${this.#path}-wal`);
      // Without waiting for anybody; the thread can.
      if (size <= SHORT_LOG_BYTES && isDone(this.#database.prepare(EMPTY).get())) return;
      const [result] = await this.thread.run(EMPTY);
      if (!isDone(result)) throw new Error('others kept the log from being emptied');
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  /** Leaves nothing behind that was overwritten or removed, as far as others allow it. */
  async close(): Promise<void> {
    if (this.#isStale) await this.empty().catch(() => undefined);
    clearTimeout(this.#quiet);
    await this.#running;
    await this.thread.close();
  }

  async #checkpoint(): Promise<void> {
    const [result] = await this.thread.run('PRAGMA wal_checkpoint(PASSIVE)');
    // Where somebody always writes, the log never ends; so that it can begin anew, writers have to wait.
    if (Number(result?.['log']) > LONG_LOG) await this.thread.run('PRAGMA wal_checkpoint(RESTART)');
  }
}
