/**
 * Work on many records: a few at a time, with progress, until it is aborted.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { lostLock } from '../util/abort.ts';
import type { PowerAuthRecordsOptions, PowerAuthUnreadableRecord } from './types.ts';

/** How many records are processed at once: enough to share a storage's syncs and round trips. */
const AT_ONCE = 16;

/** Counts records, and says when to stop. */
export class Work {
  readonly #options: PowerAuthRecordsOptions;
  #lock: AbortSignal | undefined;
  #done = 0;
  #total = 0;
  #unreadable = 0;

  constructor(options: PowerAuthRecordsOptions) {
    this.#options = options;
  }

  get unreadable(): number {
    return this.#unreadable;
  }

  /** Whether somebody is told about unreadable records, so that they don't end the work. */
  get toleratesUnreadable(): boolean {
    return this.#options.onUnreadable !== undefined;
  }

  /** Also stops if a lock is lost. */
  stopWith(lock: AbortSignal): void {
    this.#lock = lock;
  }

  /** @throws OPERATION_CANCELED if it is to stop */
  throwIfStopped(): void {
    if (this.#lock?.aborted === true) throw lostLock(this.#lock);
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    throw failure(
      PowerAuthErrorCode.OPERATION_CANCELED,
      'The work on the records was aborted; what was done stays, and calling again continues it',
      { cause: signal.reason },
    );
  }

  async count(keys: AsyncIterable<string>): Promise<void> {
    for await (const _key of keys) {
      this.throwIfStopped();
      this.#total++;
    }
  }

  /** @throws the record's error, unless somebody is told about it */
  reportUnreadable(record: PowerAuthUnreadableRecord): void {
    const { onUnreadable } = this.#options;
    if (onUnreadable === undefined) throw record.error;
    this.#unreadable++;
    onUnreadable(record);
  }

  /** @param isCounted whether a key counts towards the progress */
  async each(
    keys: AsyncIterable<string>,
    step: (key: string) => Promise<void>,
    isCounted = true,
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const run = async (key: string): Promise<void> => {
      try {
        await step(key);
        if (isCounted) this.#tell();
      } catch (error) {
        failures.push(error);
      }
    };
    try {
      for await (const key of keys) {
        this.throwIfStopped();
        const one = run(key).finally(() => running.delete(one));
        running.add(one);
        if (running.size >= AT_ONCE) await Promise.race(running);
        if (failures.length > 0) break;
      }
    } finally {
      await Promise.all(running);
    }
    if (failures.length > 0) throw failures[0];
    this.throwIfStopped();
  }

  #tell(): void {
    this.#done++;
    this.#total = Math.max(this.#total, this.#done);
    this.#options.onProgress?.({ done: this.#done, total: this.#total });
  }
}
