/**
 * Starts the embedded server in a separate process.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./test-server-process.mjs', import.meta.url));

/** Its configuration, its methods by name, and its end. */
export async function startTestServer() {
  const child = fork(script, { execArgv: [] });
  const ended = once(child, 'exit');
  const [{ configuration }] = await once(child, 'message');
  const waiting = new Map();
  let asked = 0;
  child.on('message', (/** @type {{ id: number, result: any }} */ { id, result }) => {
    waiting.get(id)(result);
    waiting.delete(id);
  });
  return {
    configuration,
    /** @param {string} call */
    call: (call, ...args) =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve);
        child.send({ id: asked, call, args });
      }),
    async stop() {
      child.kill();
      await ended;
    },
  };
}
