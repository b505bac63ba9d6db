#!/usr/bin/env node
/**
 * Kills 300 clients at random moments for each driver, and looks at what is left:
 *
 *     npm run test:crash
 *     CRASHES=1000 SEED=7 npm run test:crash
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { root } from '../../tools/lib/run.mjs';

const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/crash'], {
  cwd: root,
  stdio: 'inherit',
  env: { CRASHES: '300', ...process.env },
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
