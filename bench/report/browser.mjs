/**
 * What a run in browsers says beside the contestants' table: Chromium beside Node, and whole operations.
 *
 * @module
 */
import { number, times } from './figures.mjs';

/** @typedef {import('./results.ts').BrowserResults} BrowserResults */

/** What may take how many times Node's time, on the same machine. */
const GOALS = new Map([
  ['batch-wasm-simd', 1.1],
  ['batch-read-wasm-simd', 1.3],
]);

/** Our ways to a header, in Chromium and in Node. @param {BrowserResults} results */
export function besideNodeRows({ headers, node = [] }) {
  return [
    ['one token header', 'Chromium, ns', 'Node, ns', 'ratio', 'goal', 'met'],
    ...node.flatMap(({ id, name, median }) => {
      const here = headers.find((entry) => entry.id === id);
      if (here === undefined) return [];
      const ratio = here.median / median;
      const goal = GOALS.get(id);
      const judged = goal === undefined ? ['', ''] : [`at most ${goal}×`, ratio <= goal ? 'yes' : 'no'];
      return [[name, number(here.median), number(median), times(ratio), ...judged]];
    }),
  ];
}

/** @param {BrowserResults} results */
export const operationRows = ({ operations = [] }) => [
  ['one operation', 'runtime', 'median, µs', 'quartiles, µs'],
  ...operations.map(({ name, runtime, median, lower, upper }) => [
    name,
    runtime,
    number(median / 1000),
    `${number(lower / 1000)} to ${number(upper / 1000)}`,
  ]),
];
