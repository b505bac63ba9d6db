/** Strict DER: our reader beside OpenSSL and noble, for valid signatures and damaged ones. */
import { createPublicKey, verify as opensslVerify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signatureFromDer, signatureToDer, spkiOf } from '../../src/crypto/encodings.ts';
import { verify } from '../../src/crypto/node.ts';
import { pointOf } from '../../src/crypto/p256.ts';
import { seed } from '../helpers/seed.ts';

const SECRET = new Uint8Array(32).fill(9);
const point = pointOf(p256.getPublicKey(SECRET, false));
if (point === undefined) throw new Error('no point');
const key = createPublicKey({ key: Buffer.from(spkiOf(point)), format: 'der', type: 'spki' });

/** Each asks whether the encoding is a signature of these data under the key. */
const ours = async (der: Uint8Array, data: Uint8Array): Promise<boolean> => {
  const signature = signatureFromDer(der);
  return signature !== undefined && verify(point, data, signature);
};
const openssl = (der: Uint8Array, data: Uint8Array): boolean => opensslVerify('sha256', data, key, der);
const noble = (der: Uint8Array, data: Uint8Array): boolean => {
  try {
    return p256.verify(der, data, p256.getPublicKey(SECRET), { format: 'der', lowS: false });
  } catch {
    return false;
  }
};

const data = fc.uint8Array({ minLength: 1, maxLength: 40 });
const signed = (text: Uint8Array): Uint8Array =>
  Uint8Array.from(p256.sign(text, SECRET, { format: 'der', lowS: false }));

/** Damages that keep the two numbers, or most of them, and break the one form. */
const damage = fc.oneof(
  fc.record({ what: fc.constant('flip' as const), at: fc.nat(80), bit: fc.nat(7) }),
  fc.record({ what: fc.constant('cut' as const), at: fc.nat(80) }),
  fc.record({ what: fc.constant('append' as const), byte: fc.nat(255) }),
  fc.record({
    what: fc.constant('insert' as const),
    at: fc.nat(80),
    byte: fc.constantFrom(0, 1, 0x80, 0xff),
  }),
  fc.record({ what: fc.constant('long length' as const) }),
  fc.record({ what: fc.constant('zero before r' as const) }),
  fc.record({ what: fc.constant('indefinite' as const) }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(der: Uint8Array, how: Damage): Uint8Array {
  const bytes = [...der];
  switch (how.what) {
    case 'flip': {
      const at = how.at % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << how.bit);
      return Uint8Array.from(bytes);
    }
    case 'cut':
      return Uint8Array.from(bytes.slice(0, how.at % bytes.length));
    case 'append':
      return Uint8Array.from([...bytes, how.byte]);
    case 'insert':
      bytes.splice(how.at % bytes.length, 0, how.byte);
      return Uint8Array.from(bytes);
    case 'long length':
      return Uint8Array.from([bytes[0] ?? 0, 0x81, ...bytes.slice(1)]);
    case 'zero before r':
      // The lengths are right, the number has a byte too many.
      return Uint8Array.from([
        ...[bytes[0] ?? 0, (bytes[1] ?? 0) + 1, bytes[2] ?? 0, (bytes[3] ?? 0) + 1, 0],
        ...bytes.slice(4),
      ]);
    case 'indefinite':
      return Uint8Array.from([bytes[0] ?? 0, 0x80, ...bytes.slice(2), 0, 0]);
  }
}

test('a signature in DER holds here, for OpenSSL and for noble, and has one encoding', async () => {
  await fc.assert(
    fc.asyncProperty(data, async (text) => {
      const der = signed(text);
      expect([await ours(der, text), openssl(der, text), noble(der, text)]).toEqual([true, true, true]);
      expect(signatureToDer(signatureFromDer(der) ?? new Uint8Array(64))).toEqual(der);
    }),
    { seed, numRuns: 60 },
  );
});

test('a damaged one holds nowhere, and is read only if it is the one encoding of its numbers', async () => {
  await fc.assert(
    fc.asyncProperty(data, damage, async (text, how) => {
      const der = damaged(signed(text), how);
      const accepted = [await ours(der, text), openssl(der, text), noble(der, text)];
      expect(accepted, Buffer.from(der).toString('hex')).toEqual([false, false, false]);
      const numbers = signatureFromDer(der);
      if (numbers !== undefined) expect(signatureToDer(numbers)).toEqual(der);
    }),
    { seed, numRuns: 400 },
  );
});

test('bytes that look like a signature are read if noble reads them', () => {
  /** Numbers of any length with lengths that mostly fit. */
  const number = fc
    .tuple(fc.uint8Array({ maxLength: 34 }), fc.constantFrom(0, 0, 0, 1, -1), fc.constantFrom(2, 2, 2, 3))
    .map(([digits, off, tag]) => [tag, Math.max(0, digits.length + off), ...digits]);
  const encoded = fc
    .tuple(number, number, fc.constantFrom(0, 0, 0, 1, -1), fc.constantFrom(0x30, 0x30, 0x30, 0x31))
    .map(([r, s, off, tag]) => Uint8Array.from([tag, r.length + s.length + off, ...r, ...s]));
  const readByNoble = (der: Uint8Array): Uint8Array | undefined => {
    try {
      return p256.Signature.fromBytes(der, 'der').toBytes('compact');
    } catch {
      return undefined;
    }
  };
  fc.assert(
    fc.property(encoded, (der) => {
      const read = signatureFromDer(der);
      const other = readByNoble(der);
      // noble also refuses numbers that are 0 or not below the order, which `verify` refuses here.
      if (other !== undefined) expect(read).toEqual(Uint8Array.from(other));
      if (read !== undefined) expect(signatureToDer(read)).toEqual(der);
    }),
    { seed, numRuns: 2000 },
  );
});
