/**
 * A terminal with a shell in it, which somebody types into and looks at.
 *
 * @module
 */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { requireProgram } from '../../helpers/program-files.mjs';

/** How long something may take to appear, in ms. */
const PATIENCE = 30_000;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A window of tmux, whose server belongs to one test. */
export class Terminal {
  readonly #tmux: string;
  readonly #socket: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(socket: string, env: NodeJS.ProcessEnv) {
    this.#tmux = requireProgram('tmux');
    this.#socket = socket;
    this.#env = env;
  }

  /** Opens one; it ends with the test. */
  static async open(home: string, env: NodeJS.ProcessEnv, columns = 100): Promise<Terminal> {
    const shell = { ...env, HISTFILE: join(home, 'history'), HISTSIZE: '1000' };
    const terminal = new Terminal(join(home, 'tmux'), shell);
    const size = ['-x', String(columns), '-y', '50'];
    await terminal.#run(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      '-c',
      home,
      'bash --norc --noprofile -i',
    );
    const shellId = Number(await terminal.#run('display-message', '-p', '#{pane_pid}'));
    onTestFinished(async () => {
      await terminal.#run('kill-server').catch(() => undefined);
      // It still writes its history.
      while (isAlive(shellId)) await sleep(10);
    });
    await terminal.see(/[#$]/);
    return terminal;
  }

  /** What it shows now. */
  async screen(): Promise<string> {
    return this.#run('capture-pane', '-p', '-S', '-200');
  }

  /** The same with the sequences that make colours. */
  async colours(): Promise<string> {
    return this.#run('capture-pane', '-p', '-e');
  }

  /** Empties it, so that nothing earlier is seen again. */
  async clear(): Promise<void> {
    await this.type("clear; printf '%s\\n' EMPTY\\ NOW");
    await this.see(/^EMPTY NOW\n[^$#\n]*[$#]/);
    await this.#run('clear-history');
  }

  /** Waits until it shows this. */
  async see(text: string | RegExp): Promise<string> {
    let screen = '';
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      screen = await this.screen();
      if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen;
      await sleep(30);
    }
    expect(screen).toMatch(text);
    return screen;
  }

  /** Types a line, or pastes it: it never becomes an argument of a program. */
  async type(line: string): Promise<void> {
    const child = spawn(this.#tmux, ['-S', this.#socket, 'load-buffer', '-'], { env: this.#env });
    child.stdin.end(line);
    await once(child, 'close');
    await this.#run('paste-buffer', '-d');
    await this.press('Enter');
  }

  /** Presses a key, by tmux's name of it. */
  async press(key: string): Promise<void> {
    await this.#run('send-keys', key);
  }

  async #run(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(this.#tmux, ['-S', this.#socket, ...args], {
      env: this.#env,
    });
    return stdout;
  }
}
