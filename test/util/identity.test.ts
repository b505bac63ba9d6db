import { expect, test } from 'vitest';
import { numberOf } from '../../src/util/identity.ts';

test('an object keeps its number, which no other one has, not even an equal one', () => {
  const objects = Array.from({ length: 100 }, () => ({}));
  const numbers = objects.map(numberOf);
  expect(new Set(numbers).size).toBe(100);
  expect(objects.toReversed().map(numberOf)).toEqual(numbers.toReversed());
});

test('takes frozen objects and functions, and leaves no trace on them', () => {
  const frozen = Object.freeze({ a: 1 });
  const fn = () => undefined;
  expect(numberOf(frozen)).not.toBe(numberOf(fn));
  expect(Reflect.ownKeys(frozen)).toEqual(['a']);
});
