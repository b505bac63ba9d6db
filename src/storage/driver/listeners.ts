/**
 * Those who want to know of something.
 *
 * @module
 */

import { notify } from './checks.ts';

/** Functions to call with each value; each is called later, on its own, and never after it was removed. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** How many there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener. Adding the same function again makes another entry.
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

  /** Calls each of them in a microtask of its own. What a listener throws becomes an uncaught error. */
  tell(value: T): void {
    for (const listener of this.#listeners) notify(listener, value);
  }

  /** Removes them all. */
  clear(): void {
    this.#listeners.clear();
  }
}
