import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { canonicalQuery } from '../../src/protocol/query.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';
import { NO_INSTANCES } from '../helpers/wrong-values.ts';

/** What stands for no parameters at all. */
const NO_PARAMETERS = ['undefined', 'null', 'an object', 'an object without prototype'];

describe('the canonical query', () => {
  test.each<readonly [string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['no parameters', {}, ''],
    ['names in order', { b: '2', a: '1', A: '0', aa: '3' }, 'A=0&a=1&aa=3&b=2'],
    [
      'values in order',
      [
        ['a', '2'],
        ['a', '10'],
        ['a', '1'],
      ],
      'a=1&a=10&a=2',
    ],
    ['an empty value and an empty name', { '': 'x', y: '' }, '=x&y='],
    ['numbers and booleans', { n: -1.5, t: true, z: 0 }, 'n=-1.5&t=true&z=0'],
    ['undefined and null left out', { a: undefined, b: null, c: 1 }, 'c=1'],
    ['what a form leaves as it is', { k: 'AZaz09*-._' }, 'k=AZaz09*-._'],
    ['what a form encodes', { k: " ~!'()&=+%#/?" }, 'k=+%7E%21%27%28%29%26%3D%2B%25%23%2F%3F'],
    ['other scripts', { ž: '\u{1F600}' }, '%C5%BE=%F0%9F%98%80'],
    [
      'UTF-16 order, in which a surrogate pair is before U+FF5E',
      { '\uFF5E': 1, '\u{1F600}': 2 },
      '%F0%9F%98%80=2&%EF%BD%9E=1',
    ],
    [
      'names of Object.prototype',
      [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
      '__proto__=x&constructor=y',
    ],
    ['URLSearchParams', new URLSearchParams('b=2&a=%C5%BE&a=1'), 'a=1&a=%C5%BE&b=2'],
    [
      'a Map',
      new Map<string, unknown>([
        ['b', 2],
        ['a', true],
      ]),
      'a=true&b=2',
    ],
  ])('of %s', (_, parameters, expected) => {
    expect(canonicalQuery(parameters)).toBe(expected);
  });

  test('is what a server makes of the query as sent, in whatever order', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(
        pairs.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const sent = list
            .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
            .join('&');
          const decoded = [...new URL(`https://bank.example/?${sent}`).searchParams];
          expect(canonicalQuery(decoded)).toBe(canonicalQuery(shuffled));
          const again = [...new URLSearchParams(canonicalQuery(shuffled))];
          expect(canonicalQuery(again)).toBe(canonicalQuery(shuffled));
        },
      ),
      { seed },
    );
  });

  test.each([
    ...NO_INSTANCES.filter(([name]) => !NO_PARAMETERS.includes(name)),
    ['a nested object', { a: {} }],
    ['a list of values', { a: ['1', '2'] }],
    ['a bigint', { a: 1n }],
    ['a function', { a: () => '1' }],
    ['a symbol', { a: Symbol('x') }],
    ['three in a pair', [['a', '1', '2']]],
    ['a number for a name', [[1, '1']]],
    ['a pair without a value', [['a', undefined]]],
  ] as const)('refuses %s', (_, parameters) => {
    expect(() => canonicalQuery(parameters)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /^params/)),
    );
  });
});
