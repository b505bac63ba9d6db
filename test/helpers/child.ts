/**
 * Child processes that run TypeScript of the tests: bundled first, because the oldest Node that we support cannot run it.
 *
 * @module
 */

import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles a TypeScript file, with what it imports from src and test, for Node. Packages are found in the project's own
 * node_modules.
 *
 * @returns the path of an .mjs file
 */
export async function buildChild(entryTs: URL): Promise<string> {
  // Inside node_modules, so that the packages are found from there.
  const folder = join(root, 'node_modules', '.cache', 'powerauth-wasm-test');
  await mkdir(folder, { recursive: true });
  const entry = fileURLToPath(entryTs);
  const outfile = join(folder, `${entry.slice(root.length).replaceAll(/[^a-z0-9]+/gi, '-')}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: {
      '#crypto': join(root, 'src/crypto/node.ts'),
      '#platform': join(root, 'src/platform/node.ts'),
      '#wasm': join(root, 'src/hot-path/builds/all.ts'),
    },
    sourcemap: 'inline',
    logLevel: 'error',
  });
  // Another test may be running the last one.
  const temporary = `${outfile}.${randomUUID()}.tmp`;
  await writeFile(temporary, outputFiles[0]?.contents ?? '');
  await rename(temporary, outfile);
  return outfile;
}

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
