/**
 * How long a header takes each contestant.
 *
 * @module
 */
import { CONTESTANTS } from '../contestants/index.mjs';
import { Missing, NATIVE } from '../contestants/native.mjs';
import { startContestants, stopAll } from '../lib/processes.mjs';
import { startProgram } from '../lib/programs.mjs';
import { progress } from '../lib/progress.mjs';
import { timeInRounds } from '../lib/rounds.mjs';
import { versionOf } from '../lib/versions.mjs';

const PART = 'Headers';

/**
 * A contestant that runs; a native one tells its version itself.
 *
 * @typedef {object} Started
 * @property {Omit<import('../contestants/contestant.mjs').Contestant, 'create' | 'of'> & { of?: string }} contestant
 * @property {import('../contestants/contestant.mjs').Running & { version?: string }} running
 */

/** Starts the native contestants that this machine has; `skipped` says why others are not among them. */
async function startNative(token) {
  /** @type {Started[]} */
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
export async function measureHeaders(setting, effort) {
  const { runners, skipped } = await startNative(setting.token);
  try {
    progress(PART, 'start the contestants');
    runners.push(...(await startContestants(CONTESTANTS, setting)));
    const times = await timeInRounds(PART, runners, setting.token, effort);
    const headers = runners.map(({ contestant: { id, name, of, kind }, running }, index) => ({
      ...{ id, name, kind },
      version: running.version ?? versionOf(of, `Node ${process.versions.node}`),
      ...times[index],
    }));
    return { headers, skipped };
  } finally {
    await stopAll(runners);
  }
}
