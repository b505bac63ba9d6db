import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  assertNotWiped,
  be32,
  be64,
  concat,
  copySecret,
  equalBytes,
  jsonText,
  moveSecret,
  secretBytes,
  utf16,
  utf16Decode,
  utf8,
  utf8Decode,
  wipe,
} from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';

describe('text', () => {
  test('UTF-8 keeps well-formed text, a byte order mark too, and refuses bytes that are not UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8(text)).toEqual(Uint8Array.from(Buffer.from(text)));
        expect(utf8Decode(utf8(text))).toBe(text);
      }),
      { seed },
    );
    expect(utf8Decode(utf8('\uFEFFx'))).toBe('\uFEFFx');
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
      expect(() => utf8Decode(Uint8Array.from(bytes))).toThrow(TypeError);
    }
  });

  test('UTF-16 keeps every string, lone surrogates too', () => {
    expect(utf16('a\uD83D')).toEqual(Uint8Array.of(0, 0x61, 0xd8, 0x3d));
    const units = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(units, (text) => {
        expect(utf16Decode(utf16(text))).toBe(text);
      }),
      { seed },
    );
  });

  test('UTF-16 is read out of the middle of a buffer, and half a unit is left out', () => {
    const buffer = Uint8Array.of(9, 0, 0x61, 0, 0x62, 0);
    expect(utf16Decode(buffer.subarray(1))).toBe('ab');
    expect(utf16Decode(buffer.subarray(1, 4))).toBe('a');
  });

  test('JSON is decoded as fetch does it', async () => {
    for (const bytes of [
      utf8('{"a":"\u017E"}'),
      utf8('\uFEFF{}'),
      Uint8Array.of(0x22, 0xff, 0xc3, 0x22),
      new Uint8Array(),
    ]) {
      expect(jsonText(bytes)).toBe(await new Response(bytes).text());
    }
    expect(jsonText(utf8('\uFEFF\uFEFF{}'))).toBe('{}');
    expect(jsonText(utf8('{}\uFEFF'))).toBe('{}\uFEFF');
  });
});

describe('secrets', () => {
  test('lie in memory of their own, which is no part of a shared pool', () => {
    for (const bytes of [secretBytes(16), copySecret(Buffer.from('secret')), concat(Buffer.from('ab'))]) {
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
    expect(secretBytes(3)).toEqual(new Uint8Array(3));
  });

  test('a copy is of the bytes from … to before …, and apart from them', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(copySecret(bytes, 1, 3)).toEqual(Uint8Array.of(2, 3));
    expect(copySecret(bytes, 2)).toEqual(Uint8Array.of(3, 4));
    const copy = copySecret(bytes);
    wipe(bytes);
    expect(copy).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  test('moving wipes what was there', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(moveSecret(bytes)).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes).toEqual(new Uint8Array(3));
    expect(() => assertNotWiped('bytes', bytes)).toThrow();
  });

  test('wiping overwrites each, and takes undefined and empty ones', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    wipe(a, undefined, new Uint8Array(), b);
    expect([a, b]).toEqual([new Uint8Array(1), new Uint8Array(2)]);
  });

  test('wiping a part leaves the rest', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    wipe(bytes.subarray(1));
    expect(bytes).toEqual(Uint8Array.of(1, 0, 0));
    assertNotWiped('bytes', bytes);
  });

  test('wiped ones are refused, with their name', () => {
    const secret = Uint8Array.of(1, 2);
    wipe(secret);
    const refused = expect.objectContaining(
      error(PowerAuthErrorCode.UNKNOWN_ERROR, /^a key: .*wiped/),
    ) as Error;
    expect(() => assertNotWiped('a key', Uint8Array.of(1), secret)).toThrow(refused);
  });

  test('copies of wiped ones are refused, empty arrays are not', () => {
    expect(() => assertNotWiped('a key', new Uint8Array(16))).toThrow(/^a key/);
    assertNotWiped('a key', new Uint8Array(), Uint8Array.of(0, 1));
    assertNotWiped('a key');
    const empty = new Uint8Array();
    wipe(empty);
    assertNotWiped('a key', empty);
  });
});

test('joined bytes are the parts one after another, in new memory', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (parts) => {
      expect(Buffer.from(concat(...parts))).toEqual(Buffer.concat(parts));
    }),
    { seed },
  );
  const part = Uint8Array.of(1);
  const joined = concat(part);
  wipe(part);
  expect(joined).toEqual(Uint8Array.of(1));
});

test('bytes are equal when all of them are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, i, by) => {
        expect(equalBytes(bytes, Uint8Array.from(bytes))).toBe(true);
        const other = Uint8Array.from(bytes);
        const at = i % bytes.length;
        other[at] = (other[at] ?? 0) ^ by;
        expect(equalBytes(bytes, other)).toBe(false);
        expect(equalBytes(bytes, bytes.subarray(1))).toBe(false);
        expect(equalBytes(bytes.subarray(1), bytes)).toBe(false);
      },
    ),
    { seed },
  );
  expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
});

test.each([
  [0, [0, 0, 0, 0]],
  [0x01020304, [1, 2, 3, 4]],
  [2 ** 32 - 1, [255, 255, 255, 255]],
])('be32 of %i', (value, bytes) => {
  expect(be32(value)).toEqual(Uint8Array.from(bytes));
});

test.each([
  [0, [0, 0, 0, 0, 0, 0, 0, 0]],
  [2 ** 32 + 5, [0, 0, 0, 1, 0, 0, 0, 5]],
  [Number.MAX_SAFE_INTEGER, [0, 31, 255, 255, 255, 255, 255, 255]],
])('be64 of %i', (value, bytes) => {
  expect(be64(value)).toEqual(Uint8Array.from(bytes));
});
