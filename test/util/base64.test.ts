import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, base64Decode, base64DecodeBytes, base64DecodeLenient } from '../../src/util/base64.ts';
import { utf8 } from '../../src/util/bytes.ts';
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

describe('of bytes', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

  test('is the same as of strings', () => {
    const nearly = fc.string({
      unit: fc.constantFrom(...Array.from(alphabet), '=', '-', '_', ' ', '\0', 'é'),
      maxLength: 12,
    });
    const genuine = fc.uint8Array({ maxLength: 60 }).map(base64);
    fc.assert(
      fc.property(fc.oneof(nearly, genuine, fc.string()), (text) => {
        expect(base64DecodeBytes(utf8(text))).toEqual(base64Decode(text));
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('each byte has its value, or none', () => {
    for (let byte = 0; byte < 256; byte++) {
      const value = alphabet.indexOf(String.fromCharCode(byte));
      const expected = value < 0 ? undefined : Uint8Array.of(0, 0, value);
      expect(base64DecodeBytes(Uint8Array.of(65, 65, 65, byte))).toEqual(
        byte === 0x3d ? Uint8Array.of(0, 0) : expected,
      );
    }
  });
});
