/**
 * Nodes other than the one that runs the tests.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A way to run Node. */
export interface OtherNode {
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** This Node, whose SQLite is hidden from what asks as the package does. */
const HIDING: OtherNode = {
  title: 'this Node, its SQLite hidden',
  file: process.execPath,
  args: ['--import', new URL('hide-sqlite.mjs', import.meta.url).href],
};

/** The first Node on the PATH that has no SQLite: where the tests run on one that set-up installed, that is the system's. */
function oldNode(): OtherNode | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    if (folder === '' || !existsSync(file)) continue;
    const [version = '', has] = execFileSync(
      file,
      ['--no-warnings', '-p', `process.version + ' ' + typeof process.getBuiltinModule?.('node:sqlite')`],
      { encoding: 'utf8' },
    )
      .trim()
      .split(' ');
    // Older ones are not supported.
    const isSupported = Number.parseInt(version.slice(1)) >= 20;
    if (isSupported && has === 'undefined') return { title: `Node ${version}`, file, args: [] };
  }
  return undefined;
}

/** Nodes without SQLite: always one, and a real one where it is at hand. */
export function nodesWithoutSqlite(): OtherNode[] {
  const old = oldNode();
  return old === undefined ? [HIDING] : [HIDING, old];
}
