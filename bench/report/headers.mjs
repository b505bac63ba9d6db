/**
 * The contestants' results as a table.
 *
 * @module
 */
import { number, times } from './figures.mjs';

/** What others are compared with. */
export const BASELINE = 'node-crypto';

/** Rows for a table, slowest first: name, version, ns, quartiles, ratio to node:crypto. */
export function headerRows(headers) {
  const baseline = headers.find(({ id }) => id === BASELINE).median;
  return [
    ['one token header', 'version', 'ns', 'quartiles', 'node:crypto ='],
    ...[...headers]
      .sort((a, b) => b.median - a.median)
      .map(({ name, version, median, lower, upper }) => [
        name,
        version,
        number(median),
        `${number(lower)} to ${number(upper)}`,
        times(baseline / median),
      ]),
  ];
}
