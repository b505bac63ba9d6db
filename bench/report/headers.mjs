/**
 * The contestants' results as a table.
 *
 * @module
 */
import { number, times } from './figures.mjs';

/** What others are compared with, in Node. */
export const BASELINE = 'node-crypto';

/**
 * Rows for a table, slowest first: name, version, ns, quartiles, ratio.
 *
 * @param {string} baseline whose time is 1
 */
export function headerRows(headers, baseline = BASELINE) {
  const one = headers.find(({ id }) => id === baseline);
  return [
    ['one token header', 'version', 'median, ns', 'quartiles, ns', 'speed'],
    ...[...headers]
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
