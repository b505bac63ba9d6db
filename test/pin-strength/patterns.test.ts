import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasPattern, isNotUnique, isRepeating } from '../../src/pin-strength/patterns.ts';
import { anyPin, digit, digitsOf, PINS_OF_FOUR } from '../helpers/digits.ts';
import { seed } from '../helpers/seed.ts';

describe.each<readonly [(digits: Uint8Array) => boolean, readonly string[], readonly string[]]>([
  [
    isNotUnique,
    ['1313', '7007', '11122', '123123', '12312312', '1231231231'],
    ['1123', '11123', '123412', '12341234'],
  ],
  [
    isRepeating,
    ['1110', '0111', '1122', '11223', '945551', '1222'],
    ['1123', '1233', '1212', '112345', '11234'],
  ],
  [
    hasPattern,
    [
      // Equal steps
      ...['1234', '7890', '8901', '0246', '1470', '3692', '123489', '71234', '98765431'],
      // There and back, and blocks
      ...['1221', '12321', '123321', '1212', '145145', '12341234'],
      // Lines on a keypad
      ...['2580', '0852', '147258', '159753', '3214560852'],
    ],
    ['1243', '1230', '123589', '1258', '2587', '0742', '14725', '159752', '124578'],
  ],
])('$name', (rule, found, notFound) => {
  test.each(found)('finds %s', (pin) => {
    expect(rule(digitsOf(pin))).toBe(true);
  });

  test.each(notFound)('lets %s pass', (pin) => {
    expect(rule(digitsOf(pin))).toBe(false);
  });

  test('is the same in both directions', () => {
    fc.assert(
      fc.property(anyPin, (pin) => {
        expect(rule(digitsOf(pin).reverse()), pin).toBe(rule(digitsOf(pin)));
      }),
      { seed, numRuns: 500 },
    );
  });

  test('leaves the digits as they are', () => {
    const digits = digitsOf('0852147369');
    rule(digits);
    expect(digits).toEqual(digitsOf('0852147369'));
  });
});

test.each([isNotUnique, isRepeating])('$name does not care which digits they are', (rule) => {
  fc.assert(
    fc.property(anyPin, fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }), (pin, others) => {
      const renamed = digitsOf(pin).map((one) => others[one] ?? 0);
      expect(rule(renamed), pin).toBe(rule(digitsOf(pin)));
    }),
    { seed, numRuns: 500 },
  );
});

test('hasPattern finds equal steps, blocks and palindromes of all lengths', () => {
  fc.assert(
    fc.property(digit, digit, fc.integer({ min: 4, max: 20 }), (first, step, length) => {
      const steps = Uint8Array.from({ length }, (_, i) => (first + i * step) % 10);
      expect(hasPattern(steps), steps.join('')).toBe(true);
    }),
    { seed, numRuns: 300 },
  );
  const block = fc.array(digit, { minLength: 2, maxLength: 6, size: 'max' });
  fc.assert(
    fc.property(block, fc.integer({ min: 2, max: 4 }), (part, times) => {
      expect(hasPattern(Uint8Array.from(Array.from({ length: times }, () => part).flat()))).toBe(true);
      expect(hasPattern(Uint8Array.from([...part, ...part.toReversed()]))).toBe(true);
    }),
    { seed, numRuns: 300 },
  );
});

test('how many PINs of 4 digits are not unique or repeat themselves', () => {
  const count = (rule: (digits: Uint8Array) => boolean) =>
    PINS_OF_FOUR.filter((pin) => rule(digitsOf(pin))).length;
  // 45 pairs of digits with 14 PINs each, and 10 PINs of one digit.
  expect(count(isNotUnique)).toBe(45 * 14 + 10);
  // Three in a row: 190 PINs; in two pairs, 1122: 90.
  expect(count(isRepeating)).toBe(190 + 90);
});
