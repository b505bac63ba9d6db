import { describe, expect, test } from 'vitest';
import { number, times } from '../../bench/report/figures.mjs';
import { markdownTable, textTable } from '../../bench/report/table.mjs';

test('a table for terminals is as wide as it must be, names to the left, numbers to the right', () => {
  expect(
    textTable([
      ['name', 'ns'],
      ['a', '1'],
      ['longer', '12 345'],
    ]),
  ).toBe(['name         ns', 'a             1', 'longer   12 345'].join('\n'));
});

test('a table for Markdown keeps a bar inside a cell', () => {
  expect(
    markdownTable([
      ['name', 'ns'],
      ['a | b', '1'],
    ]),
  ).toBe(['| name | ns |', '| --- | ---: |', '| a \\| b | 1 |'].join('\n'));
});

describe('figures', () => {
  test.each([
    [0, '0'],
    [0.26, '0.3'],
    [9.94, '9.9'],
    [9.96, '10'],
    [10, '10'],
    [1000, '1 000'],
    [1234567, '1 234 567'],
    [-1500, '-1 500'],
  ])('number %d is %j', (value, expected) => {
    expect(number(value).replaceAll('\u202f', ' ')).toBe(expected);
  });

  test.each([
    [0.0612, '0.06×'],
    [1, '1.00×'],
    [2.999, '3.0×'],
    [3.14, '3.1×'],
    [9.96, '10×'],
    [21.4, '21×'],
  ])('ratio %d is %j', (value, expected) => {
    expect(times(value)).toBe(expected);
  });
});
