/**
 * Processes that measure one thing and end.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this folder in a separate process, sends it a message, and resolves to its answer.
 *
 * @param {string} name
 * @param message what it is told
 * @param {{ execArgv?: string[], env?: NodeJS.ProcessEnv }} [options]
 */
export async function inProcess(name, message, { execArgv = [], env = process.env } = {}) {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), { execArgv, env });
  const exit = once(child, 'exit');
  child.send(message);
  const ended = exit.then(([code]) =>
    Promise.reject(new Error(`bench/lib/${name} ended with ${code}, and no answer`)),
  );
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  child.kill();
  await exit;
  return answer;
}

/** In such a script: answers the message with the result of `work`. */
export function answer(work) {
  process.once('message', async (message) => process.send?.(await work(message)));
}
