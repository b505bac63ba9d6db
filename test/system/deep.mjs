#!/usr/bin/env node
/**
 * Runs the tests with all that `npm test` takes samples of: each moment of a call, more tabs and processes, 300 clients of
 * each storage that are killed, 500 deaths at chosen moments, 2000 power cuts, 100 failovers of Redis.
 *
 *     npm run test:deep                         everything
 *     npm run test:deep -- test/system/browser  some files
 *     CRASHES=1000 DEATHS=900 CUTS=5000 SEED=7 npm run test:crash
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { root } from '../../tools/lib/run.mjs';

const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { DEEP: '1', CRASHES: '300', DEATHS: '500', CUTS: '1000', FAILOVERS: '100', ...process.env },
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
