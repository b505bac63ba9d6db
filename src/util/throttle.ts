/**
 * A bound of what is done at once.
 *
 * @module
 */

import { afterArrivals } from './patience.ts';

/**
 * Begins so much work at once, and the rest in the order in which it came. Between them the event loop runs: what has
 * arrived in the meantime, such as an answer with the time, is looked at.
 */
export class Throttle {
  readonly #atOnce: number;
  #running = 0;
  #waiting: ((() => void) | undefined)[] = [];
  /** The first of those that still wait. */
  #first = 0;
  #isDue = false;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work when its turn has come. */
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
