/**
 * Starts contestants in processes of their own.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./contestant-process.mjs', import.meta.url));

/**
 * @param {import('../contestants/contestant.mjs').Contestant} contestant
 * @param {object} setting token and activation
 * @returns {Promise<import('../contestants/contestant.mjs').Running>}
 */
export async function startContestant({ id, name }, { token, activation }) {
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

  try {
    await ask('create', { id, activation, token: { id: token.id, secret: [...token.secret] } });
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    sample: (count) => ask('sample', count),
    time: (seconds) => ask('time', seconds),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
