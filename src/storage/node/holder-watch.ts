/**
 * Tells whether the holder of a lock is gone. A holder that died is recognised by its process id. A holder that froze,
 * or whose id now belongs to another process, is recognised by a heartbeat that has stopped. Only the waiters' own
 * monotonic clocks measure that.
 *
 * @module
 */

import { mayBeAlive, type ProcessMark } from './process-place.ts';

/** How often a holder increments its heartbeat, in ms. */
export const BEAT_MS = 1000;

/** How long a heartbeat may stand still before its holder counts as frozen, in ms. */
export const STALE_MS = 6000;

/**
 * How long a holder continues without a confirmed heartbeat, in ms. It is less than the time after which others take
 * over.
 */
export const UNCONFIRMED_MS = 5000;

/** The most that one check counts towards {@link STALE_MS}, in ms: a waiter that was itself frozen has not watched. */
const LONGEST_STEP_MS = 500;

/** A call that waits for a lock or holds it. */
export interface Ticket extends ProcessMark {
  /** A random UUID, a new one for each call. */
  readonly id: string;
  /** Increases while the lock is held. */
  readonly beat: number;
}

/** Watches one holder after another for signs of life. */
export class HolderWatch {
  readonly #now: () => number;
  #id = '';
  #beat = 0;
  #lookedAt = 0;
  #standing = 0;

  /** @param now monotonic time in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Call this often. Returns true if this holder is dead or frozen. */
  isGone(holder: Ticket): boolean {
    const now = this.#now();
    if (holder.id === this.#id && holder.beat === this.#beat) {
      this.#standing += Math.min(now - this.#lookedAt, LONGEST_STEP_MS);
    } else {
      this.#id = holder.id;
      this.#beat = holder.beat;
      this.#standing = 0;
    }
    this.#lookedAt = now;
    return this.#standing > STALE_MS || !mayBeAlive(holder);
  }
}
