/** The client processes of a chaos run. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Machine } from '../../helpers/network.mjs';
import type { ClientTask, News, Order } from './news.ts';

/** A client process on a machine. */
export class Member {
  readonly id: string;
  readonly machine: Machine;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';
  /** Expected to have ended. */
  isKilled = false;

  constructor(script: string, machine: Machine, task: ClientTask, hear: (news: News) => void) {
    this.id = task.id;
    this.machine = machine;
    const [execPath, ...execArgv] = [...machine.alone, process.execPath, '--enable-source-maps'];
    this.#process = fork(script, { execPath, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data: Buffer) => (this.#output = (this.#output + data.toString()).slice(-4000)));
    }
    this.#process.on('message', (news) => hear(news as News));
    // A message to somebody who has just ended.
    this.#process.on('error', () => undefined);
    this.#closed = once(this.#process, 'close');
    void this.#closed.then(() => {
      if (this.isKilled) return;
      hear({ news: 'wrong', what: `client ${this.id} ended by itself\n${this.#output}` });
    });
    this.#process.send(task);
  }

  tell(order: Order): void {
    if (this.#process.connected && !this.isKilled) this.#process.send(order);
  }

  /** Ends it as nothing can prevent. */
  async kill(): Promise<void> {
    this.isKilled = true;
    process.kill(this.#innermost(), 'SIGKILL');
    await this.#closed;
  }

  /** Stops all of its threads; returns what lets it go on. */
  freeze(): () => void {
    const pid = this.#innermost();
    process.kill(pid, 'SIGSTOP');
    return () => {
      if (!this.isKilled) process.kill(pid, 'SIGCONT');
    };
  }

  /** The client itself, under the program that started it in a namespace. */
  #innermost(): number {
    let pid = this.#process.pid ?? 0;
    for (;;) {
      const [child] = childrenOf(pid);
      if (this.machine.alone.length === 0 || child === undefined) return pid;
      pid = child;
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
