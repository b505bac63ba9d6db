/**
 * The contestants' results as a table.
 *
 * @module
 */
import { number, times } from './figures.mjs';

/** What others are compared with. */
export const BASELINE = 'node-crypto';
/** The same in browsers, where there is no node:crypto. */
export const BROWSER_BASELINE = 'web-crypto';

/**
 * Rows for a table, slowest first: name, version, ns, quartiles, ratio to the baseline.
 *
 * @param {readonly import('./results.ts').HeaderResult[]} headers
 * @param {readonly string[]} [ids] the contestants to name; all by default
 */
export function headerRows(headers, ids = headers.map(({ id }) => id)) {
  const one = [BASELINE, BROWSER_BASELINE]
    .map((baseline) => headers.find(({ id }) => id === baseline))
    .find((entry) => entry !== undefined);
  if (one === undefined) throw new Error(`there is no result of ${BASELINE} or ${BROWSER_BASELINE}`);
  return [
    ['one token header', 'version', 'median, ns', 'quartiles, ns', 'speed'],
    ...headers
      .filter(({ id }) => ids.includes(id))
      .sort((a, b) => b.median - a.median)
      .map(({ name, version, median, lower, upper }) => [
        name,
        version,
        number(median),
        `${number(lower)} to ${number(upper)}`,
        times(one.median / median),
      ]),
  ];
}
