#!/usr/bin/env node
/**
 * Builds dist/: WebAssembly, declarations, modules, and of these one file for browsers and CommonJS. What is up to date is
 * left as it is, and dist/ never holds a file of an earlier build.
 *
 *     node tools/build.mjs
 *
 * @module
 */
import { pathToFileURL } from 'node:url';
import { writePackage } from './lib/bundle.mjs';
import { main, runNode } from './lib/run.mjs';

export async function build() {
  await runNode(['tools/build-wasm.mjs'], { remedy: 'correct what the compiler names above in assembly/' });
  await runNode(['node_modules/typescript/bin/tsc', '--build', 'tsconfig.build.json'], {
    remedy: 'correct the errors above (`npm run check` shows those of the tests too)',
  });
  const changed = await writePackage();
  if (changed > 0) console.log(`> Build: ${changed} files of dist/ have changed`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(build);
