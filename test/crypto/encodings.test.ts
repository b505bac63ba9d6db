import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  assertPrivateKey,
  pkcs8Of,
  privateKeyFrom,
  signatureFromDer,
  signatureToDer,
  spkiOf,
} from '../../src/crypto/encodings.ts';
import { seed } from '../helpers/seed.ts';
import { keyPair } from '../helpers/vectors.ts';

const KEY = new Uint8Array(32).fill(7);

test('signatures come back as they were, whatever zeros they begin with', () => {
  const number = fc
    .tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, digits]) => Uint8Array.from(digits, (digit, i) => (i < zeros ? 0 : digit)));
  fc.assert(
    fc.property(number, number, (r, s) => {
      const signature = Uint8Array.from([...r, ...s]);
      const der = signatureToDer(signature);
      expect(signatureFromDer(der)).toEqual(signature);
      expect(der.length).toBeLessThanOrEqual(72);
    }),
    { seed },
  );
});

test('a signature has one encoding: nothing that differs from it in a byte is the same one', () => {
  const signature = Uint8Array.from({ length: 64 }, (_, i) => 0x80 + i);
  const der = signatureToDer(signature);
  for (let at = 0; at < der.length; at++) {
    const read = signatureFromDer(der.with(at, (der[at] ?? 0) ^ 1));
    expect(read, `byte ${at}`).not.toEqual(signature);
  }
});

test.each([
  ['nothing', ''],
  ['no sequence', '3106020101020101'],
  ['a length too large', '3007020101020101'],
  ['a length in two bytes', '308106020101020101'],
  ['something after it', '300602010102010100'],
  ['one number', '3003020101'],
  ['three numbers', '3009020101020101020101'],
  ['a number that is none', '3006040101020101'],
  ['an empty number', '30050200020101'],
  ['a negative number', '3006020181020101'],
  ['a zero too many', '300702020001020101'],
  ['a number of 33 bytes', `3026022101${'00'.repeat(32)}020101`],
])('%s is no signature', (_, hex) => {
  expect(signatureFromDer(Uint8Array.from(Buffer.from(hex, 'hex')))).toBe(undefined);
});

test('keys are read by node:crypto as what they are', () => {
  const pair = keyPair(KEY);
  const pkcs8 = pkcs8Of(pair);
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  expect(key.export({ format: 'jwk' }).d).toBe(Buffer.from(KEY).toString('base64url'));
  const spki = Buffer.from(spkiOf(pair.publicKey));
  expect(createPublicKey(key).export({ format: 'der', type: 'spki' })).toEqual(spki);
  expect(privateKeyFrom(pkcs8)).toEqual(KEY);
});

test('a private key is found in what a platform exports', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const found = privateKeyFrom(Uint8Array.from(der));
  expect(Buffer.from(found).toString('base64url')).toBe(privateKey.export({ format: 'jwk' }).d);
});

test.each([
  ['nothing', new Uint8Array()],
  ['a key that is cut off', pkcs8Of(keyPair(KEY)).subarray(0, 60)],
  ['a public key', spkiOf(keyPair(KEY).publicKey)],
])('%s holds no private key', (_, bytes) => {
  expect(() => privateKeyFrom(bytes)).toThrow(TypeError);
});

test('a wrong private key is a TypeError that shows nothing of it', () => {
  assertPrivateKey(KEY);
  for (const wrong of [new Uint8Array(32), new Uint8Array(31).fill(7), new Uint8Array(32).fill(0xff)]) {
    expect(() => assertPrivateKey(wrong)).toThrow(/^expected a private key of P-256$/);
  }
});
