#!/usr/bin/env node
/**
 * Serves the site that `npm run site` has built.
 *
 *     npm run site:preview [-- --port 4173]
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main, StepError } from '../tools/lib/run.mjs';

const site = fileURLToPath(new URL('./', import.meta.url));

await main(() => {
  if (!existsSync(join(site, 'dist/index.html'))) {
    throw new StepError('There is no site to serve', { remedy: 'build it with `npm run site`' });
  }
  const vitepress = join(site, 'node_modules/vitepress/bin/vitepress.js');
  const child = spawn(process.execPath, [vitepress, 'preview', site, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  child.on('exit', (code) => (process.exitCode = code ?? 1));
});
