/**
 * Command lines, run in the process of the test.
 *
 * @module
 */

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../src/testing/index.ts';
import { temporaryFolder } from './storage.ts';

/** What a command line did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command line is run. */
export interface RunOptions {
  readonly stdin?: string | Readable;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Columns of the terminal that it runs in; without it there is none. */
  readonly columns?: number;
}

/** A stream that keeps what is written, and may pass for a terminal. */
class Written extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(columns = 0) {
    super();
    this.isTTY = columns > 0;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line. */
export async function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { stdin = '', env = {}, signal = new AbortController().signal, columns } = options;
  const [stdout, stderr] = [new Written(columns), new Written(columns)];
  const input = typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin;
  const io: Io = { stdin: input, stdout, stderr, env, signal };
  const code = await run(argv, io);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** The object that `--json` printed. */
export const jsonOf = ({ stdout }: Ran): Record<string, unknown> =>
  JSON.parse(stdout) as Record<string, unknown>;

export const PASSWORD = 'correct horse battery';

/** A server, and a folder with all that a user has: configuration, password, store. */
export interface Desk {
  readonly server: PowerAuthTestServer;
  readonly folder: string;
  /** The id of the activation, if there is one. */
  readonly activationId: string;
  /** Runs a command line on them. */
  readonly run: (argv: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Writes a file into the folder, by default a private one. */
  readonly file: (name: string, content: string | Uint8Array, mode?: number) => Promise<string>;
}

/** A desk with an activation, unless told otherwise. */
export async function openDesk({ isActivated = true } = {}): Promise<Desk> {
  const server = await startPowerAuthTestServer();
  onTestFinished(() => server.close());
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'store'), { mode: 0o700 });
  const file: Desk['file'] = async (name, content, mode = 0o600) => {
    const path = join(folder, name);
    await writeFile(path, content, { mode });
    await chmod(path, mode);
    return path;
  };
  const config = await file('config.json', JSON.stringify(server.configuration));
  const passwordFile = await file('password', `${PASSWORD}\n`);
  const env = {
    POWERAUTH_CONFIG: config,
    POWERAUTH_STORE: `sqlite:${join(folder, 'store')}`,
    POWERAUTH_INSECURE_HTTP: '1',
  };
  const runHere: Desk['run'] = (argv, options = {}) =>
    runCommand(argv, { ...options, env: { ...env, ...options.env } });
  if (!isActivated) return { server, folder, activationId: '', run: runHere, file };
  const { activationId, activationCode } = server.createActivation();
  const codeFile = await file('code', activationCode);
  const ran = await runHere(['activate', '--code-file', codeFile, '--password-file', passwordFile]);
  if (ran.code !== 0) throw new Error(ran.stderr);
  server.commitActivation(activationId);
  return { server, folder, activationId, run: runHere, file };
}

/** Stdin that stays open. */
export const openInput = (): PassThrough => new PassThrough();
