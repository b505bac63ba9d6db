import { describe, expect, onTestFinished, test } from 'vitest';
import * as s from '../../src/util/schema.ts';

/** What a schema makes of a value: its output, or where, what it expected, and whether the type was right. */
function result<T>(schema: s.Schema<T>, value: unknown): unknown {
  try {
    return schema(value, '');
  } catch (error) {
    if (!(error instanceof s.Mismatch)) throw error;
    return `${error.at}: ${error.expected}${error.hasType ? ' (right type)' : ''}`;
  }
}

describe('one value', () => {
  test.each([
    ['string', s.string(), ['', 'x'], [undefined, null, 1, ['x']], ': a string'],
    ['number', s.number(), [0, -1.5, Infinity], [undefined, NaN, '1', 1n], ': a number'],
    ['boolean', s.boolean(), [true, false], [undefined, 0, 'true'], ': true or false'],
    ['oneOf', s.oneOf(['a', 1]), ['a', 1], ['b', '1', undefined], ': one of a, 1'],
    ['custom', s.custom((value) => value === 7, 'seven'), [7], [8, undefined], ': seven'],
    ['unknown', s.unknown, [undefined, null, 'x', 1], [], ''],
    ['record', s.record(), [{}, { a: 1 }], [undefined, null, 'x'], ': an object'],
  ] as [string, s.Schema<unknown>, unknown[], unknown[], string][])(
    '%s takes values of its type',
    (_, schema, good, bad, refusal) => {
      expect(good.map((value) => result(schema, value))).toEqual(good);
      expect(bad.map((value) => result(schema, value))).toEqual(bad.map(() => refusal));
    },
  );

  test('refine and text look at values of the right type only, and say so', () => {
    const positive = s.refine(s.number(), (value) => value > 0, 'a positive number');
    expect([1, 0, 'x'].map((value) => result(positive, value))).toEqual([
      1,
      ': a positive number (right type)',
      ': a number',
    ]);
    const word = s.text(/^[a-z]+$/, 'a word');
    expect(['abc', 'A', 5].map((value) => result(word, value))).toEqual([
      'abc',
      ': a word (right type)',
      ': a word',
    ]);
  });

  test('map returns what is made of the value', () => {
    expect(result(s.map(s.string(), Number), '5')).toBe(5);
  });

  test('optional and nullish take what is missing, or the default in its place', () => {
    expect(result(s.optional(s.string()), undefined)).toBe(undefined);
    expect(result(s.optional(s.string(), 'x'), undefined)).toBe('x');
    expect(result(s.optional(s.string(), 'x'), null)).toBe(': a string');
    expect([null, undefined].map((value) => result(s.nullish(s.string(), null), value))).toEqual([
      null,
      null,
    ]);
    expect(result(s.nullish(s.string()), null)).toBe(undefined);
    expect(result(s.nullish(s.string()), 1)).toBe(': a string');
  });
});

describe('values with parts', () => {
  const schema = s.object(
    {
      name: s.string(),
      more: s.optional(s.array(s.object({ n: s.number() }))),
      flag: s.optional(s.boolean(), true),
    },
    'an object {name}',
  );

  test('an object keeps its members, and drops the rest', () => {
    expect(result(schema, { name: 'a', other: 1 })).toEqual({ name: 'a', flag: true });
    expect(result(schema, { name: 'a', more: [{ n: 1, m: 2 }], flag: false })).toEqual({
      name: 'a',
      more: [{ n: 1 }],
      flag: false,
    });
  });

  test('a member that is undefined stays one, a missing one stays missing', () => {
    expect(Object.keys(schema({ name: 'a', more: undefined }, ''))).toEqual(['name', 'more', 'flag']);
    expect(Object.keys(schema({ name: 'a' }, ''))).toEqual(['name', 'flag']);
  });

  test('members may be inherited, as the getters of a class are', () => {
    class Named {
      readonly #name = 'a';
      get name(): string {
        return this.#name;
      }
    }
    expect(result(schema, new Named())).toEqual({ name: 'a', flag: true });
  });

  test.each([
    [1, ': an object {name}'],
    [null, ': an object {name}'],
    [{}, '.name: a string'],
    [{ name: 'a', more: {} }, '.more: an array'],
    [{ name: 'a', more: [{ n: 1 }, { n: '2' }] }, '.more[1].n: a number'],
  ])('%j is refused with the path', (value, refusal) => {
    expect(result(schema, value)).toBe(refusal);
  });

  test('what a page has added to Object.prototype is not asked for', () => {
    const polluted = Object.prototype as unknown as Record<string, unknown>;
    onTestFinished(() => {
      delete polluted['extend'];
    });
    polluted['extend'] = () => undefined;
    expect(Object.keys(schema({ name: 'a' }, ''))).toEqual(['name', 'flag']);
  });

  test('what a value throws when it is read passes through', () => {
    const failing = Object.defineProperty({}, 'name', {
      get: () => {
        throw new RangeError('unreadable');
      },
    });
    expect(() => schema(failing, '')).toThrow(RangeError);
  });
});
