/**
 * How long a header takes a contestant, measured by benchmark.js. Runs in browsers too.
 *
 * @module
 */
import Benchmark from 'benchmark';

/** Headers of one deferred operation of benchmark.js, whose own cost would count otherwise. */
const DEFERRED_HEADERS = 128;

/** Keeps the last result, so that no compiler can omit the work. */
let kept;
export const lastMade = () => kept;

/** @typedef {string | { value: string }} Made a header */

/** Calls, one after another, each awaited. */
async function loop(call, count) {
  for (let i = 0; i < count; i++) kept = await call();
}

/** Times one contestant, as often as it is asked. */
export class Stopwatch {
  #contestant;
  #call;
  /** Where benchmark.js starts its search for a sufficient number of operations: where it ended last. */
  #operations = 1;

  /**
   * @param {import('../contestants/contestant.mjs').Contestant} contestant
   * @param {() => unknown} call what it has created
   */
  constructor(contestant, call) {
    this.#contestant = contestant;
    this.#call = call;
  }

  /** Some headers, at least `count`. */
  async sample(count) {
    /** @type {Made[]} */
    const headers = [];
    while (headers.length < count) {
      const made = /** @type {Made | Made[]} */ (await this.#call());
      headers.push(...[made].flat());
    }
    return headers.map((header) => (typeof header === 'string' ? header : header.value));
  }

  /** Nanoseconds for one header, from working for `seconds`. */
  time(seconds) {
    const call = this.#call;
    const { asynchronous = false, perCall = 1 } = this.#contestant;
    const calls = asynchronous ? Math.ceil(DEFERRED_HEADERS / perCall) : 1;
    return new Promise((resolve, reject) => {
      const benchmark = new Benchmark({
        minSamples: 1,
        minTime: seconds,
        maxTime: seconds,
        initCount: this.#operations,
        defer: asynchronous,
        fn: asynchronous ? (deferred) => void loop(call, calls).then(() => deferred.resolve(), reject) : call,
        onComplete: () => {
          if (benchmark.error) return;
          this.#operations = benchmark.count;
          resolve((benchmark.stats.mean / (calls * perCall)) * 1e9);
        },
        onError: () => reject(benchmark.error),
      });
      benchmark.run({ async: true });
    });
  }
}
