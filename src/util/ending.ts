/**
 * The end of a session or of a server, and those who wait for something until then.
 *
 * @module
 */

import { deconfigured } from './abort.ts';

/**
 * An end that is told by plain callbacks. A hundred thousand calls may wait at once, and a listener of an `AbortSignal`
 * leaves twice as much memory behind.
 */
export class Ending {
  #isOver = false;
  #callbacks: Set<() => void> | undefined;

  /** Whether it is over; the same name as an `AbortSignal` has for it. */
  get aborted(): boolean {
    return this.#isOver;
  }

  /** Whether anybody is to be told of the end. */
  get isAwaited(): boolean {
    return this.#callbacks !== undefined;
  }

  /**
   * Calls `callback` at the end; at once if it is over.
   *
   * @returns a function that takes this back
   */
  whenOver(callback: () => void): () => void {
    if (this.#isOver) {
      callback();
      return () => undefined;
    }
    // One entry for each call, whether or not the same function was given twice.
    const own = (): void => callback();
    const callbacks = (this.#callbacks ??= new Set());
    callbacks.add(own);
    return () => {
      callbacks.delete(own);
      if (callbacks.size === 0 && this.#callbacks === callbacks) this.#callbacks = undefined;
    };
  }

  /** Ends it. Calling it again has no effect. */
  end(): void {
    this.#isOver = true;
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    for (const callback of callbacks ?? []) callback();
  }

  /** As `promise`; rejects with OPERATION_CANCELED when the end comes first, and nobody need look at `promise` then. */
  unlessOver<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.whenOver(() => reject(deconfigured()));
      promise.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: unknown) => {
          stop();
          // Passed on as it is.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      );
    });
  }
}
