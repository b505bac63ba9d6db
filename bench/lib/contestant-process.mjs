/**
 * A process for one contestant, so that none is compiled for, or collects the garbage of, another. It takes commands:
 * `create` once, then `sample` and `time`.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { contestantOf } from '../contestants/index.mjs';
import { Stopwatch } from './timing.mjs';

const gc = /** @type {NodeJS.GCFunction} */ (globalThis.gc);
let stopwatch;

const orders = {
  /** @param {import('../contestants/contestant.mjs').Creation} creation */
  async create({ id, token, ...setting }) {
    const contestant = contestantOf(id);
    const call = await contestant.create({
      token: { id: token.id, secret: new Uint8Array(token.secret) },
      ...setting,
      base64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
      nonce: () => randomBytes(16),
    });
    stopwatch = new Stopwatch(contestant, call);
  },
  sample: (count) => stopwatch.sample(count),
  time(seconds) {
    gc();
    return stopwatch.time(seconds);
  },
};

process.on('message', async ({ order, argument }) => {
  try {
    process.send?.({ answer: await orders[order](argument) });
  } catch (error) {
    process.send?.({ error: error.stack ?? String(error) });
  }
});
