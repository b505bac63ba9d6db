/**
 * Deadlines that are fair to a busy thread.
 *
 * @module
 */

import { keepsNothingAlive } from './timers.ts';

/** The number of steps in which the time is counted. A thread that is busy, however long, misses one step. */
const STEPS = 16;

/**
 * Calls `giveUp` when an answer has been out for `ms`. A timer alone would be unfair: after the thread was busy, it
 * fires before an answer that has arrived in the meantime is handled, or even before the question was sent. So the time
 * runs only while the thread is free, and one turn of the event loop passes before the end.
 *
 * @param background whether the wait must not keep the process alive
 * @returns a function that ends the wait
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
 * Settles as `promise` does, or rejects if that takes longer than `ms`, counted as {@link giveUpAfter} does.
 *
 * @param late creates the error
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
 * Calls back after everything that has arrived by now was handled: in Node, timers come first, then sockets, then
 * immediates.
 *
 * @returns a function that cancels this
 */
export function afterArrivals(callback: () => void): () => void {
  if (typeof setImmediate === 'function') {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(callback, 0);
  return () => clearTimeout(timer);
}
