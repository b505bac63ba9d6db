#!/usr/bin/env node
/**
 * Runs the storage contract with better-sqlite3 in place of `node:sqlite`, on this Node: a real one without SQLite is
 * Node 20; a newer one has its own hidden. The package fetches its native part, or compiles it, which takes minutes.
 *
 *     npm run test:better-sqlite3
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasSqlite } from '../../tools/lib/current-node.mjs';
import { installLocked } from '../../tools/lib/install.mjs';
import { npm } from '../../tools/lib/npm.mjs';
import { main, step } from '../../tools/lib/run.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

await main(async () => {
  await installLocked(here, 'Install better-sqlite3 in test/better-sqlite3');
  await step('Get its native part, from its releases or a compiler (this may take minutes)', () =>
    npm(['rebuild', 'better-sqlite3'], {
      cwd: here,
      remedy: 'install a C++ compiler, make and Python, or see that GitHub can be reached',
    }),
  );
  const hide = hasSqlite() ? ['--import', new URL('../helpers/hide-sqlite.mjs', import.meta.url).href] : [];
  const child = spawn(process.execPath, [...hide, `${here}contract.mjs`], { stdio: 'inherit' });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
});
