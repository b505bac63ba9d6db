#!/usr/bin/env node
/**
 * Makes a fresh clone ready: installs what package-lock.json names, then builds. Does nothing, quickly, when all is there.
 *
 *     node tools/setup.mjs            install and build
 *     node tools/setup.mjs --check    the same, and fail when the generated WebAssembly in git is not what its source gives
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { lockedPackages, reasonToInstall } from './lib/dependencies.mjs';
import { exclusively } from './lib/lock.mjs';
import { npm } from './lib/npm.mjs';
import { StepError, main, root, step } from './lib/run.mjs';

const OLDEST_NODE = [20, 19];

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new StepError(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}`, {
    remedy: 'install a current Node from https://nodejs.org, then run the same command again',
  });
}

/** Makes node_modules what the lockfile says, when it is not. */
async function install() {
  // Twice at most: an npm left over from a set-up that was killed may still be busy with the same folder.
  for (let attempt = 0; attempt < 2; attempt++) {
    const reason = reasonToInstall();
    if (reason === undefined) return;
    await step(`Install ${lockedPackages()} packages with npm ci (${reason}; this may take minutes)`, () =>
      // Development packages are needed whatever NODE_ENV or npm's `omit` say; funding and audit notes only delay.
      npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], {
        remedy:
          "look at npm's message above; most often the registry could not be reached (network, proxy: `npm config get registry`, `npm ping`). Then run the same command again",
      }),
    );
  }
  const reason = reasonToInstall();
  if (reason === undefined) return;
  throw new StepError(`npm ci succeeded, but ${reason}`, {
    remedy:
      'when package.json was changed by hand, run `npm install`; else look at `npm config get omit`, `npm config get os` and `npm config get cpu`, and run the same command again',
  });
}

/** The build says itself what it does, to the same terminal. */
function build() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['tools/build.mjs', ...process.argv.slice(2)], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal) process.kill(process.pid, signal);
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

await main(async () => {
  assertNode();
  await exclusively(install);
  await build();
});
