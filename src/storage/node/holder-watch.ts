/**
 * Tells whether the holder of a lock is gone: one that dies is known by its process id; one that freezes, or whose id now
 * belongs to somebody else, by a beat that stands still. Only the waiters' own monotonic clocks measure that.
 *
 * @module
 */

import { mayBeAlive, type ProcessMark } from './process-place.ts';

/** How often a holder counts its beat up, in ms. */
export const BEAT_MS = 1000;

/** How long a beat may stand still before the holder counts as frozen, in ms. */
export const STALE_MS = 6000;

/** How long a holder goes on without a confirmed beat, in ms: less than others wait before they take over. */
export const UNCONFIRMED_MS = 5000;

/** The most that one look adds to {@link STALE_MS}, in ms: a waiter that was frozen itself has not watched. */
const LONGEST_STEP_MS = 500;

/** One who wants, or has, a lock. */
export interface Ticket extends ProcessMark {
  /** A random UUID, one for each call. */
  readonly id: string;
  /** Counts up while the lock is held. */
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

  /** To be asked often; true when this holder is dead or frozen. */
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
