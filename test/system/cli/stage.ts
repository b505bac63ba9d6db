/**
 * The built program as a user has it: on the PATH of a shell, with a home of its own, and a server in another process.
 *
 * @module
 */

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../../helpers/storage.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** What may be called from here: methods of the server and of its faults, and its plain members. */
type Callable = PowerAuthTestServer & PowerAuthTestServer['faults'];

/** A test server in a process of its own. */
export class ServerProcess {
  readonly configuration: PowerAuthTestServer['configuration'];
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    lines: Interface,
    configuration: PowerAuthTestServer['configuration'],
  ) {
    this.#process = process;
    this.#lines = lines;
    this.configuration = configuration;
  }

  /** Starts one, which ends with the test. */
  static async start(): Promise<ServerProcess> {
    const child = spawn(process.execPath, [SERVER]);
    onTestFinished(async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    return new ServerProcess(child, lines, JSON.parse(first) as PowerAuthTestServer['configuration']);
  }

  /** Calls a method of the server, or reads a member. */
  async ask<M extends keyof Callable>(
    method: M,
    ...args: Callable[M] extends (...args: infer A) => unknown ? A : []
  ): Promise<Callable[M] extends (...args: never) => infer R ? R : Callable[M]> {
    const line = once(this.#lines, 'line');
    this.#process.stdin.write(`${JSON.stringify({ method, args })}\n`);
    const [answer] = (await line) as [string];
    return (JSON.parse(answer) as { answer: never }).answer;
  }
}

/** What a command printed. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell in a user's home. */
export interface Stage {
  readonly server: ServerProcess;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a line of Bash. */
  readonly shell: (line: string) => Promise<Ran>;
  /** Starts the program itself. */
  readonly start: (...argv: string[]) => ChildProcessWithoutNullStreams;
  /** Writes a file into the home, by default a private one. */
  readonly file: (name: string, content: string | Uint8Array, mode?: number) => Promise<string>;
}

/** The environment of a new user, with nothing of whoever runs the tests. */
function environment(home: string, bin: string): NodeJS.ProcessEnv {
  return {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: home,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    POWERAUTH_INSECURE_HTTP: '1',
  };
}

/** Sets a stage. `program` is a command line that takes the place of the built program. */
export async function setStage(program = [process.execPath, join(root, 'dist/cli.js')]): Promise<Stage> {
  const server = await ServerProcess.start();
  const home = await temporaryFolder();
  const bin = join(home, 'bin');
  const env = environment(home, bin);
  await mkdir(bin);
  await mkdir(join(home, '.config/powerauth-wasm'), { recursive: true });
  const file: Stage['file'] = async (name, content, mode = 0o600) => {
    const path = join(home, name);
    await writeFile(path, content, { mode });
    await chmod(path, mode);
    return path;
  };
  const quoted = program.map((word) => `'${word}'`).join(' ');
  await file('bin/powerauth-wasm', `#!/bin/sh\nexec ${quoted} "$@"\n`, 0o755);
  await file('.config/powerauth-wasm/config.json', JSON.stringify(server.configuration), 0o644);
  const start: Stage['start'] = (...argv) => {
    const [command = '', ...args] = program;
    return spawn(command, [...args, ...argv], { cwd: home, env });
  };
  const shell: Stage['shell'] = (line) => {
    const child = spawn('bash', ['-c', line], { cwd: home, env });
    child.stdin.end();
    return outcome(child);
  };
  return { server, home, env, shell, start, file };
}

/** Waits for the end of a process. */
export async function outcome(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => void (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => void (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Looks for secrets in the arguments and the environment of every process of this machine, again and again. */
export class SecretWatch {
  readonly #secrets: readonly string[];
  readonly #found = new Set<string>();
  readonly #seen = new Map<string, number>();
  #looks = 0;
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#done = this.#watch();
  }

  /** Ends it. */
  async end(): Promise<{ readonly found: readonly string[]; readonly looks: number }> {
    this.#isOver = true;
    await this.#done;
    return { found: [...this.#found], looks: this.#looks };
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      await Promise.all(pids.map((pid) => this.#look(pid)));
      this.#looks++;
      await sleep(20);
    }
  }

  async #look(pid: string): Promise<void> {
    // A process shows another program's arguments only right after its start, while it is the copy of a shell.
    const looks = (this.#seen.get(pid) ?? 0) + 1;
    this.#seen.set(pid, looks);
    if (looks > 10) return;
    for (const place of ['cmdline', 'environ']) {
      // A process may have ended, or belong to somebody else.
      const text = await readFile(`/proc/${pid}/${place}`, 'latin1').catch(() => '');
      for (const secret of this.#secrets) {
        if (text.includes(secret)) this.#found.add(`${place} of ${text.slice(0, 80)}`);
      }
    }
  }
}
