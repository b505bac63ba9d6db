/**
 * Whether node_modules is what package-lock.json says, told by comparing the lockfile with npm's own record of what it
 * installed.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/** npm's `os` and `cpu` lists: names that fit, or `!name` for one that does not. */
const fits = (list, value) =>
  !list || list.includes(value) || (list[0]?.startsWith('!') && !list.includes(`!${value}`));

/** Optional packages are there only on the platforms they are for; which C library npm has found is left to npm. */
const mayBeMissing = (entry) =>
  entry.optional === true &&
  (!fits(entry.os, process.platform) || !fits(entry.cpu, process.arch) || entry.libc !== undefined);

/**
 * Why an install is needed, in words, or undefined when node_modules and package-lock.json agree.
 */
export function reasonToInstall() {
  let installed;
  try {
    installed = read('node_modules/.package-lock.json');
  } catch (error) {
    if (error.code === 'ENOENT') return 'nothing is installed yet';
    if (error instanceof SyntaxError) return 'the last install was interrupted';
    throw error;
  }
  const wanted = Object.entries(read('package-lock.json')).filter(([path]) => path !== '');
  for (const [path, entry] of wanted) {
    const found = installed[path];
    if (
      found === undefined
        ? mayBeMissing(entry)
        : found.version === entry.version && found.integrity === entry.integrity
    ) {
      if (found === undefined || existsSync(join(root, path, 'package.json'))) continue;
    }
    return `${path.replace(/^.*node_modules\//, '')} ${entry.version} is missing`;
  }
  return undefined;
}

/** How many packages the lockfile names for every platform: a size to show, not a promise. */
export const lockedPackages = () =>
  Object.values(read('package-lock.json')).filter((entry) => !entry.optional).length - 1;
