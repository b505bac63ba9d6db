// A process that does what its parent tells it to, and the parent's side of it.
import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Answers the parent's calls. Each process also tells what CPU time it has used.
 *
 * @param {Record<string, (...args: any[]) => unknown>} calls
 */
export function serve(calls) {
  const all = { ...calls, cpu: () => process.cpuUsage() };
  process.on('message', async (/** @type {{ call: string, args: unknown[] }} */ { call, args }) => {
    try {
      process.send?.({ value: await all[call](...args) });
    } catch (error) {
      process.send?.({ error: String(error) });
    }
    if (call === 'close') process.disconnect();
  });
  process.send?.({ value: 'ready' });
}

/** What a settled call does with another answer. @type {(_: any) => void} */
const ignore = () => undefined;

/** A process of this folder, which answers one call at a time. */
export class Child {
  #process;
  /** How the call in progress is settled. */
  #settle = { resolve: ignore, reject: ignore };

  /** @param {string} name of the script */
  constructor(name) {
    this.#process = fork(new URL(name, import.meta.url));
    this.#process.on('message', (/** @type {{ value?: unknown, error?: string }} */ { value, error }) => {
      if (error === undefined) this.#settle.resolve(value);
      else this.#settle.reject(new Error(error));
    });
    this.#process.on('exit', (code) => this.#settle.reject(new Error(`${name} ended with ${code}`)));
  }

  /** @returns {Promise<any>} */
  #answer() {
    return new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  /** Resolves when the process can be called. */
  async ready() {
    await this.#answer();
    return this;
  }

  /**
   * @param {string} call
   * @param {unknown[]} args
   */
  tell(call, ...args) {
    const answer = this.#answer();
    this.#process.send({ call, args });
    return answer;
  }

  /** CPU time used so far, ms. */
  async cpu() {
    const { user, system } = await this.tell('cpu');
    return (user + system) / 1000;
  }

  /** Ends the process. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill();
    await exit;
  }
}
