/**
 * Functions that want to be told of something.
 *
 * @module
 */

import { notify } from './checks.ts';

/** Functions to call with each value. Each is called later, separately, and never after it was removed. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** The number of listeners. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener. Adding the same function again creates another entry.
   *
   * @returns a function that removes this entry; calling it again has no effect
   */
  add(listener: (value: T) => void): () => void {
    const entry = (value: T): void => {
      if (this.#listeners.has(entry)) listener(value);
    };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Calls each listener in a separate microtask. What a listener throws becomes an uncaught error. */
  tell(value: T): void {
    for (const listener of this.#listeners) notify(listener, value);
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear();
  }
}
