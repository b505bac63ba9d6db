#!/usr/bin/env node
/**
 * Makes a fresh clone ready: installs what package-lock.json names, then builds. Quick when all is there.
 *
 *     node tools/setup.mjs
 *
 * @module
 */
import { install } from './lib/install.mjs';
import { StepError, main, root } from './lib/run.mjs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

await main(async () => {
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new StepError(`Node 20.19 or newer is needed, this is ${process.versions.node}`, {
      remedy: 'install a current Node from https://nodejs.org, then run the same command again',
    });
  }
  await install(root, 'Install the packages of package-lock.json');
  // Imported when its packages are there.
  const { build } = await import('./build.mjs');
  await build();
});
