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

/** Calls back after a time of disuse, which keeps no process alive. */
export class IdleTimer {
  readonly #ms: number;
  readonly #onIdle: () => void;
  #timer: Timer | undefined;

  constructor(ms: number, onIdle: () => void) {
    this.#ms = ms;
    this.#onIdle = onIdle;
  }

  /** Begins the time anew. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = keepsNothingAlive(setTimeout(this.#onIdle, this.#ms));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
