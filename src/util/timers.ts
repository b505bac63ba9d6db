/**
 * Timers that run alongside the work.
 *
 * @module
 */

/** What `setTimeout` and `setInterval` return: a number in browsers and in Electron's renderer, even with Node integration. */
export type Timer = ReturnType<typeof setTimeout>;

/** Lets the process end while `timer` runs. A timer that is a number never keeps a process alive. Returns the timer. */
export function keepsNothingAlive(timer: Timer): Timer {
  (timer as { readonly unref?: () => unknown }).unref?.();
  return timer;
}

/** Calls back after an idle time. The timer doesn't keep the process alive. */
export class IdleTimer {
  readonly #ms: number;
  readonly #onIdle: () => void;
  #timer: Timer | undefined;

  constructor(ms: number, onIdle: () => void) {
    this.#ms = ms;
    this.#onIdle = onIdle;
  }

  /** Restarts the time. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = keepsNothingAlive(setTimeout(this.#onIdle, this.#ms));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
