/**
 * Medians and spreads.
 *
 * @module
 */

/**
 * The value below which a share (0 to 1) of the samples lies, interpolated.
 *
 * @param {readonly number[]} samples
 * @param {number} share
 * @returns {number}
 */
export function quantile(samples, share) {
  if (samples.length === 0) throw new RangeError('samples: expected at least one, got none');
  const sorted = [...samples].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** @param {readonly number[]} samples */
export const median = (samples) => quantile(samples, 0.5);

/** Median and the quartiles around it. @param {readonly number[]} samples */
export const summary = (samples) => ({
  median: median(samples),
  lower: quantile(samples, 0.25),
  upper: quantile(samples, 0.75),
});

/** Keeps a number as exact as it was measured: four significant digits. @param {number} value */
export const rounded = (value) => Number(value.toPrecision(4));
