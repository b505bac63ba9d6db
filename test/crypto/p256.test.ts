import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compressed, isPrivateKey, pointOf } from '../../src/crypto/p256.ts';
import { seed } from '../helpers/seed.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const numbered = (value: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));

test('both forms of a point are read as another implementation does', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: ORDER - 1n }), (key) => {
      const [short, long] = [true, false].map((form) =>
        Uint8Array.from(p256.getPublicKey(numbered(key), form)),
      );
      if (short === undefined || long === undefined) throw new Error('two forms');
      const point = pointOf(long);
      expect(point).toEqual(long);
      expect(pointOf(short)).toEqual(long);
      expect(point && compressed(point)).toEqual(short);
    }),
    { seed, numRuns: 30 },
  );
});

test('bytes that are no point are none here, where another implementation throws', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 33, maxLength: 33 }).map((it) => Uint8Array.from(it).with(0, 2)),
    fc.uint8Array({ minLength: 65, maxLength: 65 }).map((it) => Uint8Array.from(it).with(0, 4)),
    fc.uint8Array({ maxLength: 70 }).map((it) => Uint8Array.from(it)),
  );
  const isPoint = (it: Uint8Array) => {
    try {
      p256.Point.fromBytes(it);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(bytes, (it) => {
      expect(pointOf(it) !== undefined).toBe(isPoint(it));
    }),
    { seed, numRuns: 60 },
  );
});

test('a point of a Buffer is copied, not viewed', () => {
  const given = Buffer.from(p256.getPublicKey(numbered(1n), false));
  const point = pointOf(given);
  given.fill(0);
  expect(point?.[0]).toBe(4);
  expect(point?.buffer.byteLength).toBe(65);
});

test('private keys are the numbers from 1 to n - 1, in 32 bytes', () => {
  for (const good of [1n, 2n, 1n << 255n, ORDER - 1n]) expect(isPrivateKey(numbered(good))).toBe(true);
  for (const bad of [0n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) expect(isPrivateKey(numbered(bad))).toBe(false);
  for (const length of [0, 31, 33]) expect(isPrivateKey(new Uint8Array(length).fill(1))).toBe(false);
});
