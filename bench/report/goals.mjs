/**
 * What was to be reached, and what was: ratios within one run, medians of interleaved rounds.
 *
 * @module
 */
import { BASELINE } from './headers.mjs';
import { number, times } from './figures.mjs';

const medianOf = (list, id) => list.find((entry) => entry.id === id)?.median;

/** How many times as fast `id` is as `other`; undefined when one of them was not there. */
function speed({ headers }, id, other) {
  const [ours, theirs] = [medianOf(headers, id), medianOf(headers, other)];
  return ours === undefined || theirs === undefined ? undefined : theirs / ours;
}

/** How many times as long `id` takes as `other`. */
const slowness = (list, id, other) => medianOf(list, id) / medianOf(list, other);

const atLeast = (bound, unit) => ({
  goal: `at least ${bound} times ${unit}`,
  met: (value) => value >= bound,
});
const atMost = (bound, unit) => ({ goal: `at most ${bound} times ${unit}`, met: (value) => value <= bound });
const bytes = (bound) => ({
  goal: `at most ${bound} B`,
  met: (value) => value <= bound,
  show: (value) => `${number(value)} B`,
});
const kilobytes = (bound) => ({
  goal: `under ${bound} KB`,
  met: (value) => value < bound * 1000,
  show: (value) => `${(value / 1000).toFixed(1)} KB`,
});

const scaleOf = ({ effort }) => `${number(effort.scale)} tokens`;
const asScalar = { goal: 'no slower than wasm-scalar, plus 20 %', met: (value) => value <= 1.2 };

/** `value` answers undefined where there was nothing to measure; `what` may depend on the results. */
const GOALS = [
  {
    what: '`headerGenerator.next()` in a tight loop',
    ...atLeast(20, 'node:crypto'),
    value: (results) => speed(results, 'next-wasm-simd', BASELINE),
  },
  { ...atLeast(8, 'the native SDKs’ way'), value: (results) => speed(results, 'next-wasm-simd', 'native') },
  {
    goal: 'at most 3 times the time of the SHA-NI limit',
    met: (value) => value <= 3,
    value: (results) => speed(results, 'sha-ni', 'next-wasm-simd'),
  },
  {
    what: '`nextBatch(64)`',
    ...atLeast(30, 'node:crypto'),
    value: (results) => speed(results, 'batch-wasm-simd', BASELINE),
  },
  {
    what: '`await generateHeaderForToken(name)` in a tight loop',
    ...atLeast(14, 'node:crypto'),
    value: (results) => speed(results, 'generate-wasm-simd', BASELINE),
  },
  {
    what: '`headerGenerator.next()`, wasm-scalar',
    ...atLeast(6, 'node:crypto'),
    value: (results) => speed(results, 'next-wasm-scalar', BASELINE),
  },
  {
    what: '`headerGenerator.next()`, js',
    goal: 'no slower than @noble/hashes used directly',
    met: (value) => value >= 1,
    value: (results) =>
      Math.min(...['noble', 'noble-midstate'].map((id) => speed(results, 'next-js', id) ?? NaN)),
  },
  {
    what: 'One header per ms, of one token',
    ...asScalar,
    value: ({ scale }) => slowness(scale, 'slow-same-wasm-simd', 'slow-same-wasm-scalar'),
  },
  {
    what: 'One header per ms, each of another token',
    ...asScalar,
    value: ({ scale }) => slowness(scale, 'slow-different-wasm-simd', 'slow-different-wasm-scalar'),
  },
  {
    what: (results) => `${scaleOf(results)} in turn`,
    ...atMost(1.5, 'the time of one token'),
    value: ({ scale }) => slowness(scale, 'many-tokens', 'one-token'),
  },
  {
    what: (results) => `WebAssembly memory for each of ${scaleOf(results)} of one instance`,
    ...bytes(128),
    // Memory grows by pages of 65 536 B.
    value: ({ memory }) => Math.round(memory.wasm),
  },
  {
    what: (results) => `All memory for each of ${scaleOf(results)} of one instance`,
    ...bytes(400),
    value: ({ memory }) => Math.round(memory.live),
  },
  {
    what: ({ memory }) =>
      `All memory for each of ${number(memory.instances.count)} instances, with one token each`,
    goal: 'at most 200 kB',
    met: (value) => value <= 200_000,
    value: ({ memory }) => memory.instances.live,
    show: (value) => `${number(Math.round(value / 1000))} kB`,
  },
  {
    what: 'From a cold start to the first header',
    goal: 'under 3 times a bare `import`',
    met: (value) => value < 3,
    value: ({ startUp }) => startUp.header.median / startUp.bare.median,
  },
  { what: 'WebAssembly, wasm-simd', ...kilobytes(8), value: ({ sizes }) => sizes['wasm-simd'] },
  { what: 'WebAssembly, wasm-scalar', ...kilobytes(8), value: ({ sizes }) => sizes['wasm-scalar'] },
  { what: 'The whole SDK in a bundle for browsers, gzip', ...kilobytes(63), value: ({ sizes }) => sizes.sdk },
  {
    what: '`powerauth-wasm/tokens` in a bundle for browsers, gzip',
    ...kilobytes(35),
    value: ({ sizes }) => sizes.tokens,
  },
  {
    what: 'Two workers on two cores',
    ...atLeast(1.8, 'one'),
    value: ({ workers, machine }) => (machine.cores < 2 ? undefined : workers.two / workers.one),
  },
];

/**
 * Each goal that this run has something to say of: what, goal, what was reached, and whether that is enough.
 *
 * @param {import('./results.ts').Results} results
 * @returns {{ what: string, goal: string, reached: string, met: boolean }[]}
 */
export function goals(results) {
  let subject;
  return GOALS.flatMap(({ what, goal, met, value, show = times }) => {
    subject = (typeof what === 'function' ? what(results) : what) ?? subject;
    const reached = value(results);
    if (reached === undefined) return [];
    return [{ what: subject, goal, reached: show(reached), met: met(reached) }];
  });
}

/**
 * The same as a table.
 *
 * @param {import('./results.ts').Results} results
 */
export const goalRows = (results) => [
  ['goal', 'wanted', 'reached', ''],
  ...goals(results).map(({ what, goal, reached, met }) => [what, goal, reached, met ? 'yes' : 'no']),
];
