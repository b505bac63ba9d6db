/**
 * The end of a session, a server or a storage, and the calls that wait until then.
 *
 * @module
 */

import { deconfigured } from './abort.ts';

/**
 * An end that plain callbacks are told of. A hundred thousand calls may wait at once, and a listener of an
 * `AbortSignal` takes twice as much memory. Node also takes more than ten listeners on a signal for a leak.
 */
export class Ending {
  #isOver = false;
  #callbacks: Set<() => void> | undefined;

  /** Whether it is over; the name is that of an `AbortSignal`. */
  get aborted(): boolean {
    return this.#isOver;
  }

  /** Whether anybody waits for the end. */
  get isAwaited(): boolean {
    return this.#callbacks !== undefined;
  }

  /**
   * Calls `callback` at the end; or at once if it is over.
   *
   * @returns a function that cancels this
   */
  whenOver(callback: () => void): () => void {
    if (this.#isOver) {
      callback();
      return () => undefined;
    }
    // A separate entry for each call, even if the same function is passed twice.
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

  /**
   * Settles as `promise` does, or rejects with OPERATION_CANCELED if the end comes first. The outcome of `promise` is
   * then ignored.
   */
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
          // Passed on unchanged.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      );
    });
  }
}
