/**
 * Child processes that run TypeScript of the tests.
 *
 * @module
 */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { buildChild } from './bundle-child.mjs';

export { buildChild };

/** From {@link buildChild}; `under` is a command that runs Node, where it shall not be run directly. */
export type ChildScript = string | { readonly script: string; readonly under: readonly string[] };

/** A running child; ends with the test at the latest. */
export class Child {
  readonly process: ChildProcess;
  readonly #messages: unknown[] = [];
  readonly #exited: Promise<unknown>;
  #arrived: () => void = () => undefined;
  #output = '';

  constructor(script: ChildScript, ...args: string[]) {
    const [path, under] = typeof script === 'string' ? [script, []] : [script.script, script.under];
    const [execPath, ...execArgv] = [...under, process.execPath, '--enable-source-maps'];
    this.process = fork(path, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execPath,
      execArgv,
    });
    this.#exited = once(this.process, 'exit');
    const collect = (data: Buffer): void => void (this.#output += data.toString());
    this.process.stdout?.on('data', collect);
    this.process.stderr?.on('data', collect);
    this.process.on('message', (message) => {
      this.#messages.push(message);
      this.#arrived();
    });
    void this.#exited.then(() => this.#arrived());
    onTestFinished(async () => {
      this.process.kill('SIGKILL');
      await this.#exited;
    });
  }

  /** Messages that have arrived and were not received yet. */
  get pending(): number {
    return this.#messages.length;
  }

  /** The next message of the child; rejects, with what it printed, when it ends without one. */
  async receive(): Promise<unknown> {
    while (this.#messages.length === 0) {
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null) {
        throw new Error(
          `child ended with ${exitCode ?? signalCode ?? ''} and sent nothing more\n${this.#output}`,
        );
      }
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
    return this.#messages.shift();
  }

  send(message: string | number | object): void {
    this.process.send(message);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends it as nothing can prevent, and waits for the end. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exited;
  }

  /** Waits for its own end; rejects, with what it printed, when it was not a success. */
  async done(): Promise<void> {
    await this.#exited;
    const { exitCode, signalCode } = this.process;
    if (exitCode !== 0) throw new Error(`child ended with ${exitCode ?? signalCode ?? ''}\n${this.#output}`);
  }
}
