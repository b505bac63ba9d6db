/** A value and what it is called in a test's title. */
export type NamedValue = readonly [name: string, value: unknown];

/** One value of each kind that JavaScript has, with some that are odd. */
const VALUES: readonly NamedValue[] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
  ['0', 0],
  ['-1', -1],
  ['0.5', 0.5],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['a bigint', 1n],
  ['a symbol', Symbol('x')],
  ['the empty string', ''],
  ['a string', 'MyToken'],
  ['an object', {}],
  ['an object without prototype', Object.create(null)],
  ['an object that becomes text', { toString: () => 'MyToken', valueOf: () => 1 }],
  ['an array', ['MyToken']],
  ['bytes', new Uint8Array(16)],
  ['a function', () => 'MyToken'],
  ['a String object', Object('MyToken')],
];

/** Values that are no strings: every parameter that takes a string is tried with each of them. */
export const NO_STRINGS = VALUES.filter(([, value]) => typeof value !== 'string');

/** Values that are no numbers, not even NaN. */
export const NO_NUMBERS = VALUES.filter(([, value]) => typeof value !== 'number');

/** Values that are no booleans. */
export const NO_BOOLEANS = VALUES.filter(([, value]) => typeof value !== 'boolean');

/** Values that are no functions. */
export const NO_FUNCTIONS = VALUES.filter(([, value]) => typeof value !== 'function');

/** An object of the target's type that throws whenever it is looked at. */
export function throwing<T extends object>(target: T): T {
  const fail = () => {
    throw new RangeError('a trap');
  };
  return new Proxy(target, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
}

/** Values that aren't objects of our classes. */
export const NO_INSTANCES: readonly NamedValue[] = [
  ...VALUES,
  ['an object that throws when it is looked at', throwing({})],
];

/** Strings that are long, or whose UTF-16 is not what it seems to be. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\r\n',
  '\uFEFF',
  '\uD83D',
  '\u{1F600}',
  '\u0661\u0662\u0663\u0664',
  'e\u0301',
  '__proto__',
  'x'.repeat(1 << 20),
];

/** Names that are strings and odd; every one of them is a good token name. */
export const ODD_NAMES: readonly string[] = [
  ' ',
  '/',
  '..',
  '../token/x',
  'a/b',
  'a\0b',
  '"',
  '\r\n',
  '__proto__',
  'constructor',
  'toString',
  'é',
  'é',
  'ÿ',
  '\u{1F600}',
  '\uD83D',
  '\uDE00',
  '\uFFFD',
  '￿',
  'مرحبا',
  'x'.repeat(10_000),
  `${'x'.repeat(9_999)}y`,
];
