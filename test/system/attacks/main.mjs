#!/usr/bin/env node
/**
 * Runs the attacks, each in a process of its own, and prints how each ended. Expects a build.
 *
 *     npm run attacks                     all
 *     npm run attacks -- pins rollback    some, with what they saw
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import colours from 'picocolors';
import { ATTACKS } from './list.mjs';

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !ATTACKS.includes(name));
if (unknown.length > 0) {
  console.error(`No attack ${unknown.join(', ')}; there are ${ATTACKS.join(', ')}`);
  process.exit(2);
}

async function run(name) {
  const begun = performance.now();
  const program = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  const lines = output.trimEnd().split('\n');
  const verdict = code === 0 ? (lines.at(-1) ?? '') : 'BROKEN';
  return { name, lines, verdict, seconds: ((performance.now() - begun) / 1000).toFixed(1) };
}

const colourOf = (verdict) => {
  if (verdict === 'BROKEN') return colours.red;
  return verdict === 'held' ? colours.green : colours.yellow;
};
const width = Math.max(...ATTACKS.map((name) => name.length));
for (const name of chosen.length > 0 ? chosen : ATTACKS) {
  const { lines, verdict, seconds } = await run(name);
  console.log(`${name.padEnd(width)}  ${seconds.padStart(5)} s  ${colourOf(verdict)(verdict)}`);
  if (chosen.length > 0 || verdict === 'BROKEN') console.log(lines.map((line) => `    ${line}`).join('\n'));
  if (verdict === 'BROKEN') process.exitCode = 1;
}
