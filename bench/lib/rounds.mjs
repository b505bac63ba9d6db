/**
 * Contestants in interleaved rounds: a machine that is slower for a while is slower for all.
 *
 * @module
 */
import { progress } from './progress.mjs';
import { rounded, summary } from './statistics.mjs';
import { tokenOf } from './tokens.mjs';
import { assertHeaders, fault, faultOfJwt } from './verify.mjs';

/** Headers of each contestant that are verified before it is timed. */
const VERIFIED = 256;

/**
 * @typedef {object} Runner
 * @property {Pick<import('../contestants/contestant.mjs').Contestant, 'name' | 'warmUp' | 'jwt' | 'manyTokens'>} contestant
 * @property {Pick<import('../contestants/contestant.mjs').Running, 'sample' | 'time'>} running
 */

/** How a contestant's headers are checked. */
function faultFor({ jwt, manyTokens }) {
  if (jwt === true) return faultOfJwt;
  return manyTokens === true ? (header, token) => fault(header, tokenOf(header, token)) : fault;
}

/** @throws {Error} unless each of some headers is one that a server accepts */
export async function verify(contestant, running, token) {
  assertHeaders(contestant.name, await running.sample(VERIFIED), token, faultFor(contestant));
}

/**
 * Verifies headers of each contestant, lets it run once without counting, so that its code is compiled, and then times it
 * once a round.
 *
 * @param {string} part what is shown to people
 * @param {Runner[]} runners
 * @param {import('../contestants/contestant.mjs').Token | undefined} token undefined for contestants that make no headers
 * @param {{ rounds: number, seconds: number }} effort seconds for one contestant in a round
 * @returns median and quartiles of ns for one header, by contestant
 */
export async function timeInRounds(part, runners, token, { rounds, seconds }) {
  for (const { contestant, running } of runners) {
    progress(part, `verify ${contestant.name}`);
    if (token !== undefined) await verify(contestant, running, token);
    await running.time(Math.min(contestant.warmUp ?? 0, 10 * seconds) || seconds);
  }
  /** @type {number[][]} */
  const samples = runners.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { contestant, running }] of runners.entries()) {
      progress(part, `round ${round} of ${rounds}, ${contestant.name}`);
      samples[index].push(await running.time(seconds));
    }
  }
  return samples.map((nanoseconds) => {
    const { median, lower, upper } = summary(nanoseconds);
    return { median: rounded(median), lower: rounded(lower), upper: rounded(upper) };
  });
}
