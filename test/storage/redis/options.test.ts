import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import { readDurability, readOptions } from '../../../src/storage/redis/options.ts';
import { error } from '../../helpers/error.ts';
import { throwing } from '../../helpers/wrong-values.ts';

const refused = (message: RegExp) =>
  expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, message)) as Error;

test('durability is optional, and copied', () => {
  expect(readDurability(undefined)).toBe(undefined);
  expect(readDurability({ replicas: 2, timeoutMs: 500 })).toEqual({ replicas: 2, timeoutMs: 500 });
});

test.each<[string, unknown, RegExp]>([
  ['a number', 1, /^durability: expected an object with replicas, timeoutMs, got a number/],
  ['null', null, /^durability: expected an object/],
  ['an object that throws', throwing({}), /^durability: expected an object/],
  [
    'no replicas',
    { timeoutMs: 1 },
    /^durability\.replicas: expected a whole number from 1 to 100, got undefined/,
  ],
  ['zero replicas', { replicas: 0, timeoutMs: 1 }, /^durability\.replicas: .* got 0/],
  ['half a replica', { replicas: 1.5, timeoutMs: 1 }, /^durability\.replicas: .* got 1\.5/],
  ['text', { replicas: '1', timeoutMs: 1 }, /^durability\.replicas: .* got a string/],
  [
    'no time',
    { replicas: 1 },
    /^durability\.timeoutMs: expected a whole number from 1 to 5000, got undefined/,
  ],
  // For Redis that means to wait for ever.
  ['zero time', { replicas: 1, timeoutMs: 0 }, /^durability\.timeoutMs: .* got 0/],
  ['too much time', { replicas: 1, timeoutMs: 5001 }, /^durability\.timeoutMs: .* got 5001/],
  [
    'another option',
    { replicas: 1, timeoutMs: 1, wait: 1 },
    /^durability: expected only .* got "wait" as well/,
  ],
])('durability is not %s', (_, value, message) => {
  expect(() => readDurability(value)).toThrow(refused(message));
});

test('an option that is undefined is as good as missing', () => {
  expect(readOptions({ a: 1, b: undefined }, '', ['a'])).toEqual({ a: 1, b: undefined });
  expect(() => readOptions({ a: 1, b: 2 }, '', ['a'])).toThrow(
    refused(/^options: expected only a, got "b" as well$/),
  );
});
