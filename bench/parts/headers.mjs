/**
 * How long a header takes each contestant.
 *
 * @module
 */
import { CONTESTANTS } from '../contestants/index.mjs';
import { Missing, NATIVE } from '../contestants/native.mjs';
import { newActivation } from '../lib/activation.mjs';
import { newToken } from '../lib/instances.mjs';
import { startContestant } from '../lib/processes.mjs';
import { startProgram } from '../lib/programs.mjs';
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
    await running.time(contestant.warmUp ?? seconds);
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

/** Starts the native contestants that this machine has; `skipped` says why others are not among them. */
async function startNative(token) {
  const runners = [];
  const skipped = [];
  for (const contestant of NATIVE) {
    progress(PART, `build ${contestant.name}`);
    try {
      runners.push({ contestant, running: await startProgram(await contestant.provide(), token) });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      skipped.push({ id: contestant.id, name: contestant.name, reason: error.message });
    }
  }
  return { runners, skipped };
}

/** Times all contestants, each in a process of its own. */
export async function measureHeaders(options) {
  const token = newToken();
  const { runners, skipped } = await startNative(token);
  try {
    progress(PART, 'start the contestants');
    const setting = { token, activation: await newActivation() };
    const start = async (contestant) => {
      runners.push({ contestant, running: await startContestant(contestant, setting) });
    };
    await Promise.all(CONTESTANTS.map(start));
    const order = [...NATIVE, ...CONTESTANTS];
    runners.sort((a, b) => order.indexOf(a.contestant) - order.indexOf(b.contestant));
    const times = await timeInRounds(runners, token, options);
    const headers = runners.map(({ contestant: { id, name, of, kind }, running }, index) => ({
      ...{ id, name, kind },
      version: running.version ?? versionOf(of, `Node ${process.versions.node}`),
      ...times[index],
    }));
    return { headers, skipped };
  } finally {
    for (const { running } of runners) await running.stop();
  }
}
