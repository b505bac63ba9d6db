/**
 * Deadlines that are fair to a busy thread.
 *
 * @module
 */

import { keepsNothingAlive } from './timers.ts';

/** In how many steps the time passes. A thread that is busy, however long, misses one step. */
const STEPS = 16;

/**
 * Calls `giveUp` when an answer has been out for `ms`. A timer alone would be unfair: after the thread was busy, it fires
 * before the answer that has arrived meanwhile is looked at, or even before the question was sent. So the time runs only
 * while the thread is free, and one turn of the event loop passes before the end.
 *
 * @param background whether the waiting must not keep the process alive
 * @returns a function that ends the waiting
 */
export function giveUpAfter(ms: number, giveUp: () => void, { background = false } = {}): () => void {
  let left = STEPS;
  let end: () => void;
  const step = (): void => {
    if (left-- === 0) {
      end = afterArrivals(giveUp);
      return;
    }
    const timer = setTimeout(step, ms / STEPS);
    if (background) keepsNothingAlive(timer);
    end = () => clearTimeout(timer);
  };
  step();
  return () => end();
}

/**
 * As `promise`, or rejects when it has been out for `ms`, counted as {@link giveUpAfter} does.
 *
 * @param late makes the error
 */
export async function inTime<T>(
  promise: Promise<T>,
  ms: number,
  late: () => Error,
  options: { readonly background?: boolean } = {},
): Promise<T> {
  let stop = (): void => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    stop = giveUpAfter(ms, () => reject(late()), options);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    stop();
  }
}

/**
 * Calls back after what has arrived by now was handled: in Node, timers come first, then sockets, then immediates.
 *
 * @returns a function that takes this back
 */
export function afterArrivals(callback: () => void): () => void {
  if (typeof setImmediate === 'function') {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(callback, 0);
  return () => clearTimeout(timer);
}
