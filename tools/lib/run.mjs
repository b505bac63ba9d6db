/**
 * Running programs for set-up, checks and tests. Plain Node, because set-up runs before anything is installed.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder, ending with the path separator. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A step that failed: `output` is what it printed, `remedy` what the reader can do. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {{ output?: string, remedy?: string | undefined, cause?: unknown }} [details]
   */
  constructor(message, { output = '', remedy, cause } = {}) {
    super(message, { cause });
    this.name = 'StepError';
    this.output = output;
    this.remedy = remedy;
  }
}

/**
 * Says what is being done, and how long it took.
 *
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} work
 */
export async function step(title, work) {
  const start = performance.now();
  console.log(`> ${title} ...`);
  const result = await work();
  console.log(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a program in the project's folder and resolves to its standard output.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ remedy?: string, cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 * @returns {Promise<string>}
 * @throws {StepError} with all that it printed, when the program can't be started or ends with anything but 0
 */
export function run(command, args, { remedy, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not the polite signal: npm would go on for a while, and be in the way of the next set-up.
    const stop = () => child.kill('SIGKILL');
    process.once('exit', stop);
    let output = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      all += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => (all += chunk));
    const line = [basename(command), ...args].join(' ');
    child.on('error', (cause) =>
      reject(new StepError(`\`${line}\` could not be started: ${cause.message}`, { remedy, cause })),
    );
    child.on('close', (code, signal) => {
      process.off('exit', stop);
      if (code === 0) resolve(output);
      else
        reject(new StepError(`\`${line}\` ended with ${signal ?? `code ${code}`}`, { output: all, remedy }));
    });
  });
}

/**
 * Runs a script with this Node; see {@link run}.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const runNode = (args, options) => run(process.execPath, args, options);

/**
 * Runs the npm this script was started by, else the one on the PATH; see {@link run}.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli && basename(cli) === 'npm-cli.js') return runNode([cli, ...args], options);
  const windows = process.platform === 'win32';
  return run(windows ? 'npm.cmd' : 'npm', args, { shell: windows, ...options });
}

/**
 * Runs a script's main function: a {@link StepError} is printed for people, and makes the exit code 1.
 *
 * @param {() => unknown} work
 */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (error.output.trim()) console.error(`\n${error.output.trim()}`);
    console.error(`\nFailed: ${error.message}`);
    if (error.remedy) console.error(`What to do: ${error.remedy}`);
    process.exitCode = 1;
  }
}
