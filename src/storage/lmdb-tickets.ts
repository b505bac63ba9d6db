/**
 * A lock's record in LMDB: the tickets of those who want it, in the order they came. The first one holds the lock.
 *
 * A holder counts its ticket's beat up every second. One that dies is known by its process id; one that freezes, or whose
 * id now belongs to somebody else, by a beat that stands still. Only the waiters' own monotonic clocks measure that.
 *
 * @module
 */

import * as v from 'valibot';
import { mayBeAlive, type ProcessMark } from './process-place.ts';

/** How often a holder counts its beat up, in ms. */
export const BEAT_MS = 1000;

/** How long a beat may stand still before the holder counts as frozen, in ms. */
export const STALE_MS = 6000;

/** The most that one look adds to that, in ms: a waiter that was frozen itself has not watched. */
const LONGEST_STEP_MS = 500;

/** One who wants, or has, a lock. */
export interface Ticket extends ProcessMark {
  /** A random UUID, one for each call. */
  readonly id: string;
  /** Counts up while the lock is held. */
  readonly beat: number;
}

const Tickets = v.array(v.object({ id: v.string(), pid: v.number(), place: v.string(), beat: v.number() }));

/** The bytes of a lock's record. */
export function encodeTickets(tickets: readonly Ticket[]): Buffer {
  return Buffer.from(JSON.stringify(tickets));
}

/** The tickets of a lock's record; one that is missing or unreadable has none, and the lock is free. */
export function decodeTickets(bytes: Uint8Array | undefined): Ticket[] {
  if (bytes === undefined) return [];
  try {
    return v.parse(Tickets, JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return [];
  }
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
