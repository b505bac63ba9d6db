import { describe, expect, test } from 'vitest';
import { median, quantile, rounded, summary } from '../../bench/lib/statistics.mjs';

describe('quantiles', () => {
  test.each([
    [[7], 0.5, 7],
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 20, 30, 40, 50], 0.25, 20],
    [[10, 20, 30, 40], 0.75, 32.5],
    [[5, 1], 0, 1],
    [[5, 1], 1, 5],
    // Compared as numbers, not as text.
    [[100, 9, 20], 0.5, 20],
  ])('of %j at %d', (samples, share, expected) => {
    expect(quantile(samples, share)).toBe(expected);
  });

  test('leave the samples as they are', () => {
    const samples = [3, 1, 2];
    expect(median(samples)).toBe(2);
    expect(samples).toEqual([3, 1, 2]);
  });

  test('of nothing there are none', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

test('a summary has the quartiles around the median', () => {
  expect(summary([50, 10, 30, 20, 40])).toEqual({ median: 30, lower: 20, upper: 40 });
});

test.each([
  [123456, 123500],
  [123.456, 123.5],
  [0.000123456, 0.0001235],
  [0, 0],
])('%d is kept as %d', (value, expected) => {
  expect(rounded(value)).toBe(expected);
});
