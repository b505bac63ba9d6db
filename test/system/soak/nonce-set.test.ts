import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { NonceSet } from './nonce-set.mjs';

test('a nonce set knows each nonce, and tells those apart that differ in one bit', () => {
  const set = new NonceSet(4000);
  const nonces = [Buffer.alloc(16), ...Array.from({ length: 20 }, () => randomBytes(16))].flatMap((nonce) => [
    nonce,
    ...Array.from({ length: 128 }, (_, bit) => {
      const other = Buffer.from(nonce);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return other;
    }),
  ]);
  for (const nonce of nonces) expect(set.add(nonce.toString('base64'))).toBe(true);
  for (const nonce of nonces) expect(set.add(nonce.toString('base64'))).toBe(false);
});
