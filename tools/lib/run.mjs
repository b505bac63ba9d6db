/**
 * Running the steps of set-up: a line when one begins, its duration when it ends, its whole output when it fails.
 * Plain Node, because set-up runs before anything is installed.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's top folder, ending with the path separator. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const terminal = process.stdout.isTTY === true;
const coloured = terminal && !process.env.NO_COLOR;

/** Wraps text in an ANSI style where the output is a terminal that wants colours. */
const style = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = style(1);
const dim = style(2);
const red = style(31);

/** A step that failed: `output` is what it printed, `remedy` what the reader can do. */
export class StepError extends Error {
  constructor(message, { output = '', remedy, cause } = {}) {
    super(message, { cause });
    this.name = 'StepError';
    this.output = output;
    this.remedy = remedy;
  }
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs `work` between two lines: what is being done, and how long it took. While it lasts a terminal sees the seconds
 * count; a log sees a sign of life every 30 s.
 */
export async function step(title, work) {
  const start = performance.now();
  const write = (text) => process.stdout.write(text);
  if (!terminal) write(`> ${title} ...\n`);
  const show = () =>
    write(terminal ? `\r> ${title} ... ${dim(seconds(start))} ` : `  still at it (${seconds(start)})\n`);
  if (terminal) show();
  const timer = setInterval(show, terminal ? 1000 : 30_000);
  try {
    const result = await work();
    write(
      terminal ? `\r> ${bold(title)}: done in ${seconds(start)}      \n` : `  done in ${seconds(start)}\n`,
    );
    return result;
  } catch (error) {
    write(
      terminal
        ? `\r> ${red(title)}: failed after ${seconds(start)}      \n`
        : `  failed after ${seconds(start)}\n`,
    );
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a program in the project's folder and resolves to its standard output.
 *
 * @throws {StepError} with all that it printed, when the program can't be started or ends with anything but 0
 */
export function run(command, args, { remedy, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
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
    const line = [command === process.execPath ? 'node' : command, ...args].join(' ');
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

/** Runs a script with this Node; see {@link run}. */
export const runNode = (args, options) => run(process.execPath, args, options);

/** Runs a script's main function: a {@link StepError} is printed for people, and makes the exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (error.output.trim()) process.stderr.write(`\n${error.output.trim()}\n`);
    process.stderr.write(`\n${red('Failed')}: ${error.message}\n`);
    if (error.remedy) process.stderr.write(`${bold('What to do')}: ${error.remedy}\n`);
    process.exitCode = 1;
  }
}
