import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, base64DecodeLenient } from '../../src/util/base64.ts';
import { seed } from '../helpers/seed.ts';

test.each([
  ['', ''],
  ['e30=', '{}'],
  ['e30', '{}'],
  ['e 3\n0=\r\n', '{}'],
  ['{e}3"0', '{}'],
  // Bits that make no byte.
  ['e31', '{}'],
  ['e3', '{'],
  ['e', ''],
  ['e30=e30=', '{}'],
  ['=e30', ''],
  ['{}', ''],
  ['-_\u{1F600}ž', ''],
])('lenient Base64 of %j is %j', (text, expected) => {
  expect(Buffer.from(base64DecodeLenient(text)).toString()).toBe(expected);
});

test('lenient Base64 is the strict one with anything strewn in', () => {
  const strewn = fc.array(fc.stringMatching(/^[^A-Za-z0-9+/=]{0,3}$/));
  fc.assert(
    fc.property(fc.uint8Array(), strewn, (bytes, between) => {
      const text = Array.from(base64(bytes), (character, i) => (between[i] ?? '') + character).join('');
      expect(base64DecodeLenient(text)).toEqual(Uint8Array.from(bytes));
    }),
    { seed },
  );
});
