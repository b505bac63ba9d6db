/** What the tests of the package share: the project's folder, programs, and a build that is up to date. */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The project's top folder, ending with the path separator. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Standard output of a program; rejects with all it printed when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  cwd = root,
  variables: NodeJS.ProcessEnv = {},
): Promise<string> {
  // What an outer `npm test` says of its own project is not true of another folder.
  const env = { ...process.env, ...variables };
  delete env['npm_config_local_prefix'];
  delete env['INIT_CWD'];
  const shell = process.platform === 'win32' && command === 'npm';
  try {
    return (await execute(command, args, { cwd, env, shell, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
    const output = (stdout ?? '') + (stderr ?? '') || message;
    const shown = output.split('\n').slice(0, 60).join('\n');
    // Without its cause, which holds the same output twice more.
    throw new Error(`${basename(command)} ${args.join(' ')} failed\n${shown}`);
  }
}

/** Runs a script with this Node; see {@link run}. */
export const runNode = (
  args: readonly string[],
  cwd?: string,
  variables?: NodeJS.ProcessEnv,
): Promise<string> => run(process.execPath, args, cwd, variables);

/** npm as the user has it: the one that runs the tests, else the one on the PATH. */
export function npm(args: readonly string[], cwd?: string): Promise<string> {
  const cli = process.env['npm_execpath'];
  return cli !== undefined && basename(cli) === 'npm-cli.js'
    ? runNode([cli, ...args], cwd)
    : run('npm', args, cwd);
}
