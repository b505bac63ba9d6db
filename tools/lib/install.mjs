/**
 * Packages that are installed when they are needed, in a folder with a package.json and a lockfile of its own.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { step } from './run.mjs';

/**
 * Makes the folder's node_modules what its lockfile says, when it is not. Scripts of the packages are not run.
 *
 * @param folder with package.json and package-lock.json
 * @param title shown to people
 */
export async function installLocked(folder, title) {
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await step(title, () =>
    npm(['ci', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund'], {
      cwd: folder,
      remedy: "look at npm's message above, then run the same command again",
    }),
  );
  writeFileSync(stamp, wanted);
}
