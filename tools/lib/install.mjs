/**
 * Installs what a lockfile names, when it is not there.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError, npm, step } from './run.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry
 */

/** @type {(file: string) => Record<string, Entry>} */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/** Whether npm's `os` or `cpu` list (names, or `!name`) has the value. @type {(value: string, list?: string[]) => boolean} */
const fits = (value, list) =>
  !list || list.includes(value) || (list[0]?.startsWith('!') === true && !list.includes(`!${value}`));

/** Optional packages, and what they alone need, are there only on their platforms; npm finds out which C library there is. */
const isWanted = (/** @type {Entry} */ { optional, os, cpu, libc }) =>
  !optional || (Boolean(os ?? cpu) && fits(process.platform, os) && fits(process.arch, cpu) && !libc);

/**
 * Compares the lockfile with npm's record of what it installed.
 *
 * @param {string} folder with a package-lock.json
 * @returns why an install is needed, in words, or undefined
 */
export function reasonToInstall(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'nothing is installed yet';
  /** @type {Record<string, Entry>} */
  let installed;
  try {
    installed = packagesOf(record);
  } catch {
    return 'the last install was interrupted';
  }
  for (const [path, entry] of Object.entries(packagesOf(join(folder, 'package-lock.json')))) {
    const found = installed[path];
    const isThere =
      found?.version === entry.version &&
      found?.integrity === entry.integrity &&
      existsSync(join(folder, path, 'package.json'));
    if (path !== '' && !isThere && (found || isWanted(entry)))
      return `${path.replace(/^.*node_modules\//, '')} ${entry.version} is missing`;
  }
  return undefined;
}

/**
 * Makes node_modules what the lockfile says, when it is not.
 *
 * @param {string} folder with package.json and package-lock.json
 * @param {string} title shown to people
 * @param {readonly string[]} [flags] more for npm
 */
export async function install(folder, title, flags = []) {
  const reason = reasonToInstall(folder);
  if (reason === undefined) return;
  // Development packages are needed whatever NODE_ENV or npm's `omit` say; funding and audit notes only delay.
  const args = ['ci', ...flags, '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  await step(`${title} with npm ci (${reason}; this may take minutes)`, () =>
    npm(args, {
      cwd: folder,
      remedy:
        "look at npm's message above; most often the registry could not be reached (network, proxy: `npm ping`), or another set-up of this folder was running. Then run the same command again",
    }),
  );
  const left = reasonToInstall(folder);
  if (left === undefined) return;
  throw new StepError(`npm ci succeeded, but ${left}`, {
    remedy: 'look at `npm config get omit`, `os` and `cpu`, and run the same command again',
  });
}
