import { describe, expect, test } from 'vitest';
import { decodeSdkConfiguration } from '../../src/protocol/sdk-configuration.ts';
import { vectors } from '../helpers/vectors.ts';

const { decoded, valid, invalid } = vectors<{
  decoded: Record<string, string> & { configuration: string };
  valid: Record<string, string>;
  invalid: Record<string, string>;
}>('published/sdk-configuration.json');

/** Encodes a configuration as the page describes it; `length` is that of each key. */
function encode(keys: readonly (readonly [id: number, key: Uint8Array])[], version = 1): string {
  const count = (n: number) =>
    n < 0x80
      ? [n]
      : n < 0x4000
        ? [0x80 | (n >> 8), n & 255]
        : [0xc0 | (n >> 24), (n >> 16) & 255, (n >> 8) & 255, n & 255];
  const data = (bytes: Uint8Array) => [...count(bytes.length), ...bytes];
  const application = [1, 2].flatMap((byte) => data(new Uint8Array(16).fill(byte)));
  const encodedKeys = keys.flatMap(([id, key]) => [id, ...data(key)]);
  return Buffer.from([version, ...application, ...count(keys.length), ...encodedKeys]).toString('base64');
}

describe('the published vectors', () => {
  test('are decoded', () => {
    const { configuration, ...values } = decoded;
    expect(decodeSdkConfiguration(configuration)).toEqual(values);
  });

  test.each(Object.entries(valid))('%s', (_, text) => {
    expect(Buffer.from(decodeSdkConfiguration(text)?.masterServerPublicKey ?? '', 'base64')).toHaveLength(65);
  });

  test.each(Object.entries(invalid))('%s', (_, text) => {
    expect(decodeSdkConfiguration(text)).toBeUndefined();
  });
});

describe('keys', () => {
  const p256 = new Uint8Array(33).fill(7);
  const masterServerPublicKey = Buffer.from(p256).toString('base64');

  test.each([0, 1, 0x7f, 0x80, 0x3fff, 0x4000])('beside a foreign one of %i bytes', (length) => {
    const foreign = [4, new Uint8Array(length).fill(9)] as const;
    for (const keys of [[foreign, [1, p256] as const] as const, [[1, p256] as const, foreign] as const]) {
      expect(decodeSdkConfiguration(encode(keys))).toMatchObject({ masterServerPublicKey });
    }
  });

  test('of protocol 4 alone are not enough', () => {
    expect(decodeSdkConfiguration(encode([[2, new Uint8Array(49)]]))).toBeUndefined();
  });
});

test('a text that is cut anywhere, or of another version, is refused', () => {
  const bytes = Buffer.from(decoded.configuration, 'base64');
  for (let length = 0; length < bytes.length; length++) {
    expect(decodeSdkConfiguration(bytes.subarray(0, length).toString('base64')), `${length}`).toBeUndefined();
  }
  expect(decodeSdkConfiguration(encode([[1, new Uint8Array(33)]], 2))).toBeUndefined();
  expect(decodeSdkConfiguration('not Base64')).toBeUndefined();
});
