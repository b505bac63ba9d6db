import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFrequentlyUsed } from '../../src/pin-strength/frequently-used.ts';
import { digit, digitsOf, PINS_OF_FOUR } from '../helpers/digits.ts';
import { seed } from '../helpers/seed.ts';

test.each([
  '0000',
  '99999',
  '7777777777777',
  '1234',
  '2580',
  '1004',
  '12345',
  '123456',
  '159753',
  '12345678',
])('%s is used frequently', (pin) => {
  expect(isFrequentlyUsed(digitsOf(pin))).toBe(true);
});

test.each(['1243', '9753', '97531', '123458', '5193'])('%s is not', (pin) => {
  expect(isFrequentlyUsed(digitsOf(pin))).toBe(false);
});

test('the beginning of a frequent PIN is none, nor is one with more digits after it', () => {
  expect(isFrequentlyUsed(digitsOf('8675309'))).toBe(true);
  for (const pin of ['86753', '867530', '675309', '86753091', '08675309']) {
    expect(isFrequentlyUsed(digitsOf(pin)), pin).toBe(false);
  }
});

test('one digit again and again is, at each length', () => {
  fc.assert(
    fc.property(digit, fc.integer({ min: 1, max: 40 }), (one, length) => {
      expect(isFrequentlyUsed(new Uint8Array(length).fill(one))).toBe(true);
    }),
    { seed },
  );
});

test('leaves most PINs of 4 digits free', () => {
  const { length } = PINS_OF_FOUR.filter((pin) => isFrequentlyUsed(digitsOf(pin)));
  expect(length).toBeGreaterThan(100);
  expect(length).toBeLessThan(300);
});
