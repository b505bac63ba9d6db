/**
 * A page for one contestant, as lib/contestant-process.mjs is a process for one.
 *
 * @module
 */
import { EVERYWHERE } from '../contestants/everywhere.mjs';
import { OPERATIONS } from '../contestants/operations.mjs';
import { Stopwatch } from '../lib/timing.mjs';

/** The newer way is faster, if it is available. */
const base64 =
  'toBase64' in Uint8Array.prototype
    ? (bytes) => bytes.toBase64()
    : (bytes) => btoa(String.fromCharCode(...bytes));

let stopwatch;

globalThis.orders = {
  /** @param {import('../contestants/contestant.mjs').Creation} creation */
  async create({ id, token, ...setting }) {
    const contestant = [...EVERYWHERE, ...OPERATIONS].find((candidate) => candidate.id === id);
    if (contestant === undefined) throw new Error(`there is no contestant ${id}`);
    const call = await contestant.create({
      ...setting,
      token: { id: token.id, secret: new Uint8Array(token.secret) },
      base64,
      nonce: () => crypto.getRandomValues(new Uint8Array(16)),
    });
    stopwatch = new Stopwatch(contestant, call);
  },
  sample: (count) => stopwatch.sample(count),
  time: (seconds) => stopwatch.time(seconds),
};
