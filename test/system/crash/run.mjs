#!/usr/bin/env node
/**
 * Kills 300 clients of each storage at random moments, lets 500 processes and threads die at chosen ones, cuts the power
 * 2000 times, and looks at what is left:
 *
 *     npm run test:crash
 *     CRASHES=1000 DEATHS=900 CUTS=5000 SEED=7 npm run test:crash
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { root } from '../../../tools/lib/run.mjs';

const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/system/crash', 'test/system/power-cut'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { CRASHES: '300', DEATHS: '500', CUTS: '1000', ...process.env },
  },
);
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
