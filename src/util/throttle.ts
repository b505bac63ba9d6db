/**
 * Limits how much work is done at once.
 *
 * @module
 */

import { afterArrivals } from './patience.ts';

/**
 * Starts at most a given number of jobs at once, and the rest in the order of the calls. The event loop runs in
 * between, so anything that has arrived in the meantime is handled, such as an answer with the time.
 */
export class Throttle {
  readonly #atOnce: number;
  #running = 0;
  #waiting: ((() => void) | undefined)[] = [];
  /** The first of those that are still waiting. */
  #first = 0;
  #isDue = false;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work when its turn comes. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#running < this.#atOnce) this.#running++;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#waiting.length > 0 && !this.#isDue) {
        this.#isDue = true;
        afterArrivals(() => this.#next());
      }
    }
  }

  #next(): void {
    this.#isDue = false;
    while (this.#running < this.#atOnce && this.#first < this.#waiting.length) {
      this.#running++;
      const begin = this.#waiting[this.#first];
      this.#waiting[this.#first++] = undefined;
      begin?.();
    }
    if (this.#first < this.#waiting.length) return;
    this.#waiting = [];
    this.#first = 0;
  }
}
