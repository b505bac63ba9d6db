/**
 * Steps that are skipped when nothing they read or wrote has changed, told by content and never by dates.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, step } from './run.mjs';

/** Inside node_modules: a fresh install starts afresh here too. */
const folder = join(root, 'node_modules', '.cache', 'powerauth-wasm');

/** All files under a path of the project (a file is itself; what is absent has none), with `/`, sorted. */
export function filesUnder(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => filesUnder(`${path}/${name}`))
    .sort();
}

/** The files a step names: folders and files, and with a `!` before it what of them it does not touch. */
function select(paths) {
  const left = paths.filter((path) => path.startsWith('!')).map((path) => `${path.slice(1)}/`);
  return paths
    .filter((path) => !path.startsWith('!'))
    .flatMap(filesUnder)
    .filter((file) => !left.some((folderLeft) => file.startsWith(folderLeft)));
}

function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of select(paths)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Runs `work` unless the files under `reads` and `writes` are exactly those of its last success. Says so when it runs.
 *
 * @param name of the stamp file
 * @param title shown to people
 * @param reads files and folders the step depends on; `!folder` leaves one out
 * @param writes files and folders it makes, in the same form
 */
export async function stepIfChanged({ name, title, reads, writes = [] }, work) {
  const stamp = join(folder, `${name}.stamp`);
  const inputs = [...reads, 'package-lock.json', 'tools/lib'];
  const state = () => `${process.version} ${fingerprint(inputs)} ${fingerprint(writes)}\n`;
  const last = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  const before = fingerprint(inputs);
  if (last === state()) return;
  rmSync(stamp, { force: true });
  const result = await step(title, work);
  // A source edited while the step ran may have been read before or after that: then the next run decides anew.
  if (fingerprint(inputs) === before) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, state());
  }
  return result;
}
