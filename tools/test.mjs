#!/usr/bin/env node
/**
 * Runs the tests, and beside them the checks: tests wait a lot for a disk, a browser or another process. Fails if one of both
 * does. Expects a build.
 *
 *     node tools/test.mjs [<argument of vitest>…]
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { main, root, runNode } from './lib/run.mjs';

await main(async () => {
  // Said when the tests are through, whose output it would be lost in.
  const checks = Promise.allSettled([runNode(['tools/check.mjs', '--one-by-one'])]);
  const tests = ['tools/with-node.mjs', 'node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];
  const [code] = await once(spawn(process.execPath, tests, { cwd: root, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
  const [checked] = await checks;
  if (checked.status === 'rejected') throw checked.reason;
  console.log(checked.value.trimEnd());
});
