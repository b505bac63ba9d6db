/**
 * How long a header takes a caller who is no tight loop over one token: one header per millisecond, and many tokens in
 * turn.
 *
 * @module
 */
import { SCALE } from '../contestants/index.mjs';
import { startContestants, stopAll } from '../lib/processes.mjs';
import { progress } from '../lib/progress.mjs';
import { timeInRounds } from '../lib/rounds.mjs';

const PART = 'Scale';

export async function measureScale(setting, effort) {
  progress(PART, `load ${setting.scale} tokens`);
  const runners = await startContestants(SCALE, setting);
  try {
    const times = await timeInRounds(PART, runners, setting.token, effort);
    return runners.map(({ contestant: { id, name } }, index) => ({ id, name, ...times[index] }));
  } finally {
    await stopAll(runners);
  }
}
