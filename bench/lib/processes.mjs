/**
 * Starts contestants in separate processes.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./contestant-process.mjs', import.meta.url));

/**
 * @param {import('../contestants/contestant.mjs').Contestant} contestant
 * @param {object} setting token, activation, scale
 * @returns {Promise<import('../contestants/contestant.mjs').Running>}
 */
async function startContestant({ id, name }, { token, ...setting }) {
  const child = fork(script, { execArgv: ['--expose-gc'] });
  const ended = once(child, 'exit');

  async function ask(order, argument) {
    child.send({ order, argument });
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`${name}: its process ended with ${code}`))),
    ]);
    if (message.error !== undefined) throw new Error(`${name}: ${message.error}`);
    return message.answer;
  }

  const stop = async () => {
    child.kill();
    await ended;
  };
  try {
    await ask('create', { ...setting, id, token: { id: token.id, secret: [...token.secret] } });
  } catch (error) {
    await stop();
    throw error;
  }
  return { sample: (count) => ask('sample', count), time: (seconds) => ask('time', seconds), stop };
}

/**
 * All contestants at once, in their order; if one can't be started, the others are stopped.
 *
 * @param {import('../contestants/contestant.mjs').Contestant[]} contestants
 */
export async function startContestants(contestants, setting) {
  const started = await Promise.allSettled(
    contestants.map(async (contestant) => ({
      contestant,
      running: await startContestant(contestant, setting),
    })),
  );
  const runners = started.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return runners;
  await stopAll(runners);
  throw failed.reason;
}

export const stopAll = (runners) => Promise.all(runners.map(({ running }) => running.stop()));
