/**
 * Limits how much work is done at once.
 *
 * @module
 */

import { afterArrivals, giveUpAfter } from './patience.ts';

/** A job that takes longer than once to twice this gives its turn to those that wait, in ms. */
const PATIENCE = 1000;

/** First in, first out. */
class Line<T> {
  #all: (T | undefined)[] = [];
  /** The first of those that are still in it. */
  #first = 0;

  get length(): number {
    return this.#all.length - this.#first;
  }

  push(one: T): void {
    this.#all.push(one);
  }

  shift(): T | undefined {
    const one = this.#all[this.#first];
    this.#all[this.#first++] = undefined;
    if (this.length === 0) {
      this.#all = [];
      this.#first = 0;
    }
    return one;
  }
}

/**
 * Starts at most a given number of jobs at once, and the rest in the order of the calls. The event loop runs in
 * between, so anything that has arrived in the meantime is handled, such as an answer with the time.
 *
 * A job that hangs gives its place to others after a while.
 */
export class Throttle {
  readonly #atOnce: number;
  /** Counts the periods in which somebody waited. */
  #period = 0;
  /** Jobs that are running, and began in this period. */
  #running = 0;
  /** Those that began in the last one. Those that began earlier don't count any more. */
  #slow = 0;
  #isTimed = false;
  /** Jobs that wait for their turn. */
  readonly #waiting = new Line<() => void>();
  /** Callers whose jobs would wait too long. */
  readonly #outside = new Line<() => void>();
  #isDue = false;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work when its turn comes. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#hasRoom) this.#running++;
    else {
      await new Promise<void>((begin) => {
        this.#waiting.push(begin);
        this.#watch();
      });
    }
    const period = this.#period;
    try {
      return await work();
    } finally {
      if (period === this.#period) this.#running--;
      else if (period === this.#period - 1) this.#slow--;
      if (this.#waiting.length > 0 && !this.#isDue) {
        this.#isDue = true;
        afterArrivals(() => this.#next());
      }
    }
  }

  /**
   * Makes a call that is going to {@link take} a turn. While as many jobs are waiting as run at once, the call itself
   * waits: it holds much less before it has begun.
   *
   * @param call takes its turn, if it does, before it waits for anything
   */
  enter<T>(call: () => Promise<T>): Promise<T> {
    if (this.#outside.length === 0 && !this.#isCrowded) return call();
    return new Promise((resolve) => {
      this.#outside.push(() => resolve(call()));
    });
  }

  get #hasRoom(): boolean {
    return this.#running + this.#slow < this.#atOnce;
  }

  /** Begins a period, unless one is running. */
  #watch(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    giveUpAfter(
      PATIENCE,
      () => {
        this.#isTimed = false;
        this.#period++;
        this.#slow = this.#running;
        this.#running = 0;
        this.#next();
        if (this.#waiting.length > 0) this.#watch();
      },
      { background: true },
    );
  }

  get #isCrowded(): boolean {
    return this.#waiting.length >= this.#atOnce;
  }

  #next(): void {
    this.#isDue = false;
    while (this.#hasRoom && this.#waiting.length > 0) {
      this.#running++;
      this.#waiting.shift()?.();
    }
    // Until as many wait as before, or nobody is left outside: so whoever is outside is called in by those that wait.
    while (this.#outside.length > 0 && !this.#isCrowded) this.#outside.shift()?.();
  }
}
