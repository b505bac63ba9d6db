/**
 * Starts contestants that are programs, which follow bench/native/program.h.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * @param {string[]} command with its arguments; the token's id and secret are appended
 * @returns {Promise<import('../contestants/contestant.mjs').Running & { version: string }>}
 */
export async function startProgram([command, ...args], { id, secret }) {
  const child = spawn(command, [...args, id, Buffer.from(secret).toString('hex')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function line() {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended without an answer`);
    return value;
  }

  return {
    version: await line(),
    sample: async (count) => {
      child.stdin.write(`sample ${count}\n`);
      const headers = [];
      while (headers.length < count) headers.push(await line());
      return headers;
    },
    time: async (seconds) => {
      child.stdin.write(`time ${seconds}\n`);
      return Number(await line());
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
