/**
 * Headers per second, ours and others', as ratios to node:crypto in the same run.
 *
 *     npm run bench [-- --quick]
 *
 * Rounds are interleaved, because machines are noisy: each contestant is timed once a round, and its median counts.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import Benchmark from 'benchmark';
import color from 'picocolors';
import { others, ours } from './contestants.mjs';

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 3 : 9;
const SECONDS = quick ? 0.15 : 0.4;
const engines = ['wasm-simd', 'wasm-scalar', 'js'];

/** Seconds for one header, once. */
function time({ make, isAsync, batch = 1 }) {
  return new Promise((resolve, reject) => {
    const benchmark = new Benchmark({
      minSamples: 1,
      maxTime: SECONDS,
      minTime: SECONDS,
      defer: isAsync === true,
      fn: isAsync === true ? (deferred) => void make().then(() => deferred.resolve(), reject) : make,
      onComplete: () => resolve(benchmark.stats.mean / batch),
      onError: () => reject(benchmark.error),
    });
    benchmark.run({ async: true });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const sets = await Promise.all(engines.map(ours));
const contestants = [...(await others()), ...sets.flatMap((set) => set.contestants)];
for (const { name, make, verify } of contestants) {
  const made = [await make()].flat();
  if (!made.every(verify)) throw new Error(`${name} makes headers that no server accepts`);
}

const seconds = new Map(contestants.map(({ name }) => [name, []]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const [i, contestant] of contestants.entries()) {
    if (process.stderr.isTTY)
      process.stderr.write(`\rround ${round} of ${ROUNDS}, ${i + 1} of ${contestants.length}   `);
    seconds.get(contestant.name).push(await time(contestant));
  }
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

const baseline = median(seconds.get(contestants[0].name));
const rows = contestants.map(({ name, version }) => {
  const times = seconds.get(name);
  return {
    name: version === undefined ? name : `${name} (${version})`,
    nanoseconds: Math.round(median(times) * 1e9),
    ratio: baseline / median(times),
    spread: (Math.max(...times) - Math.min(...times)) / median(times),
  };
});

const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`;
console.log(color.bold(`\nOne token header; ${machine}; median of ${ROUNDS} interleaved rounds\n`));
for (const { name, nanoseconds, ratio, spread } of rows) {
  const columns = [
    `${nanoseconds} ns`.padStart(10),
    `${ratio.toFixed(1)}x`.padStart(7),
    `±${Math.round(spread * 50)} %`.padStart(7),
  ];
  console.log(`  ${name.padEnd(56)}${columns.join('')}`);
}
mkdirSync(new URL('./results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('./results/headers.json', import.meta.url),
  `${JSON.stringify({ machine, rounds: ROUNDS, rows }, null, 2)}\n`,
);
for (const set of sets) await set.close();
