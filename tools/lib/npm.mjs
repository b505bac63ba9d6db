/**
 * npm, as the user has it.
 *
 * @module
 */
import { basename } from 'node:path';
import { run, runNode } from './run.mjs';

/** Runs the npm this script was started by, else the one on the PATH; see `run` for options and result. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli && basename(cli) === 'npm-cli.js') return runNode([cli, ...args], options);
  const windows = process.platform === 'win32';
  return run(windows ? 'npm.cmd' : 'npm', args, { shell: windows, ...options });
}
