#!/usr/bin/env node
/**
 * Runs the checks of package.json (`check:…`), two at a time. The tools' own caches hold what has not changed. Reading the public
 * names' documentation and compiling the WebAssembly again take longest: they run in CI, or with `--all`. Expects a build.
 *
 *     node tools/check.mjs [--all]
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError, main, npm, root } from './lib/run.mjs';

const SLOW = ['check:docs', 'check:wasm'];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const all = process.env.CI || process.argv.includes('--all');
const checks = Object.keys(scripts).filter(
  (name) => name.startsWith('check:') && (all || !SLOW.includes(name)),
);
/** @type {StepError[]} */
const failures = [];

/** Takes checks until none is left. */
async function work() {
  for (let name = checks.shift(); name !== undefined; name = checks.shift()) {
    const start = performance.now();
    await npm(['run', '--silent', name]).catch((error) => failures.push(error));
    console.log(`> ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

await main(async () => {
  await Promise.all([work(), work()]);
  if (failures.length > 0) {
    const output = failures.map((failure) => `${failure.message}\n${failure.output}`).join('\n');
    throw new StepError(`${failures.length} checks`, { output, remedy: 'correct what is named above' });
  }
});
