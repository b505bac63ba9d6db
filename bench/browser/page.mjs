/**
 * A page for one contestant, as lib/contestant-process.mjs is a process for one.
 *
 * @module
 */
import { EVERYWHERE } from '../contestants/everywhere.mjs';
import { Stopwatch } from '../lib/timing.mjs';

/** The newer way is faster, if it is available. */
const base64 =
  Uint8Array.prototype.toBase64 === undefined
    ? (bytes) => btoa(String.fromCharCode(...bytes))
    : (bytes) => bytes.toBase64();

let stopwatch;

globalThis.orders = {
  async create({ id, token, ...setting }) {
    const contestant = EVERYWHERE.find((candidate) => candidate.id === id);
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
