#!/usr/bin/env node
/**
 * Builds the site into `site/dist`. Expects a build of the package.
 *
 *     npm run site [-- --base /path/]
 *
 * @module
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../tools/lib/install.mjs';
import { main, runNode, step } from '../tools/lib/run.mjs';

const site = fileURLToPath(new URL('./', import.meta.url));

await main(async () => {
  await install(site, 'Install VitePress and TypeDoc in site', ['--ignore-scripts']);
  await step('Write the API reference', () => {
    rmSync(join(site, 'api'), { recursive: true, force: true });
    return runNode(
      [join(site, 'node_modules/typedoc/bin/typedoc'), '--options', join(site, 'typedoc.config.mjs')],
      {
        cwd: site,
      },
    );
  });
  await step('Build the site in site/dist', () =>
    runNode([join(site, 'node_modules/vitepress/bin/vitepress.js'), 'build', site, ...process.argv.slice(2)]),
  );
});
