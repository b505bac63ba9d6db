/**
 * How long a header takes each contestant.
 *
 * @module
 */
import { CONTESTANTS } from '../contestants/index.mjs';
import { newActivation } from '../lib/activation.mjs';
import { newToken } from '../lib/instances.mjs';
import { startContestant } from '../lib/processes.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded, summary } from '../lib/statistics.mjs';
import { assertHeaders, fault, faultOfJwt } from '../lib/verify.mjs';
import { versionOf } from '../lib/versions.mjs';

const PART = 'Headers';
/** Headers of each contestant that are verified before it is timed. */
const VERIFIED = 256;

/**
 * Times contestants in interleaved rounds: a machine that is slower for a while is slower for all. Before the first
 * round each one's headers are verified, and it is timed once without counting, so that its code is compiled.
 *
 * @param {{ contestant: object, running: import('../contestants/contestant.mjs').Running }[]} runners
 * @param options number of rounds, and seconds for one contestant in each
 * @returns median and quartiles of ns for one header, by contestant
 */
export async function timeInRounds(runners, token, { rounds, seconds }) {
  for (const { contestant, running } of runners) {
    progress(PART, `verify ${contestant.name}`);
    const headers = await running.sample(VERIFIED);
    assertHeaders(contestant.name, headers, token, contestant.jwt === true ? faultOfJwt : fault);
    await running.time(seconds);
  }
  const samples = runners.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { contestant, running }] of runners.entries()) {
      progress(PART, `round ${round} of ${rounds}, ${contestant.name}`);
      samples[index].push(await running.time(seconds));
    }
  }
  return samples.map((nanoseconds) => {
    const { median, lower, upper } = summary(nanoseconds);
    return { median: rounded(median), lower: rounded(lower), upper: rounded(upper) };
  });
}

/** Times all contestants, each in a process of its own. */
export async function measureHeaders(options) {
  progress(PART, 'start the contestants');
  const token = newToken();
  const setting = { token, activation: await newActivation() };
  const runners = [];
  try {
    for (const contestant of CONTESTANTS) {
      runners.push({ contestant, running: await startContestant(contestant, setting) });
    }
    const times = await timeInRounds(runners, token, options);
    return runners.map(({ contestant: { id, name, of, kind } }, index) => ({
      ...{ id, name, kind },
      version: versionOf(of, `Node ${process.versions.node}`),
      ...times[index],
    }));
  } finally {
    for (const { running } of runners) await running.stop();
  }
}
