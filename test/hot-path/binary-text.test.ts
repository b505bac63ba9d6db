import { expect, test } from 'vitest';
import { decodeBinary } from '../../src/hot-path/binary-text.ts';
import { encodeBinary } from '../../tools/lib/binary-text.mjs';

/** The text begins with them. */
const DIGITS = 90;
const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test('every byte is itself again, from the text of a source file', () => {
  const text = encodeBinary(all);
  // No character needs an escape between single or double quotes.
  expect(text).not.toMatch(/[^!-~]|['"`\\]/);
  expect(decodeBinary(text)).toEqual(all);
});

test('the bytes that WebAssembly has most are one character each', () => {
  for (const byte of [0x00, 0x0b, 0x20, 0x41, 0xfd, 0xff])
    expect(encodeBinary(Uint8Array.of(byte))).toHaveLength(DIGITS + 1);
  expect(encodeBinary(Uint8Array.of(0x52, 0xf9))).toHaveLength(DIGITS + 4);
});

test('no bytes are no text', () => {
  expect(decodeBinary(encodeBinary(new Uint8Array()))).toEqual(new Uint8Array());
});
