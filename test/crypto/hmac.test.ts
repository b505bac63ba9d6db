import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacBy } from '../../src/crypto/hmac.ts';
import { secretBytes } from '../../src/util/bytes.ts';
import { seed } from '../helpers/seed.ts';

/** SHA-256, which keeps what it was given and what it returned. */
function watchedSha256() {
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];
  const sha256 = (data: Uint8Array) => {
    const hash = secretBytes(32);
    hash.set(createHash('sha256').update(data).digest());
    inputs.push(data);
    outputs.push(hash);
    return hash;
  };
  return { sha256, inputs, outputs };
}

test('is that of node:crypto, for keys and messages of all lengths, one after another', () => {
  const hmac = hmacBy(watchedSha256().sha256);
  const key = fc.uint8Array({ maxLength: 140, size: 'max' });
  const data = fc.uint8Array({ maxLength: 1200, size: 'max' });
  fc.assert(
    fc.property(key, data, (k, d) => {
      expect(Buffer.from(hmac(k, d))).toEqual(createHmac('sha256', k).update(d).digest());
    }),
    { seed },
  );
});

test.each([
  [16, 10],
  [64, 1024],
  [65, 1025],
  [100, 5000],
])('with a key of %i and a message of %i bytes it leaves nothing but the result', (keyLength, length) => {
  const { sha256, inputs, outputs } = watchedSha256();
  const [key, data] = [new Uint8Array(keyLength).fill(7), new Uint8Array(length).fill(5)];
  const digest = hmacBy(sha256)(key, data);
  const isEmpty = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
  const left = [...inputs, ...outputs].filter((bytes) => bytes !== digest && bytes !== key);
  expect(left.filter((bytes) => !isEmpty(bytes))).toEqual([]);
  expect(isEmpty(digest)).toBe(false);
  // The caller's own stay.
  expect(key).toEqual(new Uint8Array(keyLength).fill(7));
  expect(data).toEqual(new Uint8Array(length).fill(5));
});
