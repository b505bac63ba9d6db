/**
 * Timers that run beside the work.
 *
 * @module
 */

/** What `setTimeout` and `setInterval` return: a number in browsers and in Electron's renderer, even with Node integration. */
export type Timer = ReturnType<typeof setTimeout>;

/** Lets the process end while `timer` runs; a number keeps no process alive. Returns the timer. */
export function keepsNothingAlive(timer: Timer): Timer {
  (timer as { readonly unref?: () => unknown }).unref?.();
  return timer;
}
