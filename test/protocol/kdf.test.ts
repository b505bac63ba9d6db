import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  deriveActivationKeys,
  deriveBiometryKey,
  deriveKnowledgeKey,
  fold,
  foldAndWipe,
  kdf,
  kdfInternal,
  x963Kdf,
} from '../../src/protocol/kdf.ts';
import { bytes, published } from '../helpers/vectors.ts';

const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

test('derived keys', async () => {
  for (const { input, output } of published('compute-derived-keys')) {
    const keys = await deriveActivationKeys(bytes(input, 'masterSecretKey'));
    expect(keys).toEqual({
      possession: bytes(output, 'signaturePossessionKey'),
      knowledge: bytes(output, 'signatureKnowledgeKey'),
      biometry: bytes(output, 'signatureBiometryKey'),
      transport: bytes(output, 'transportKey'),
      vault: bytes(output, 'vaultEncryptionKey'),
    });
  }
});

test('one of them alone is the same', async () => {
  const masterSecret = random(16);
  const { knowledge, biometry } = await deriveActivationKeys(masterSecret);
  expect(await deriveKnowledgeKey(masterSecret)).toEqual(knowledge);
  expect(await deriveBiometryKey(masterSecret)).toEqual(biometry);
});

test.each([0, 1, 255, 256, 4000, 2 ** 32, Number.MAX_SAFE_INTEGER])(
  'KDF of %d is AES-128-CBC over 8 zero bytes and the index',
  async (index) => {
    const key = random(16);
    const block = Buffer.alloc(16);
    block.writeBigUInt64BE(BigInt(index), 8);
    const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
    expect(Buffer.from(await kdf(key, index))).toEqual(Buffer.concat([cipher.update(block), cipher.final()]));
  },
);

test('folding combines the halves, and wipes where nobody needs them any more', () => {
  const whole = Uint8Array.from({ length: 32 }, (_, i) => (i < 16 ? i : 0xf0));
  const expected = Uint8Array.from({ length: 16 }, (_, i) => i ^ 0xf0);
  expect(fold(whole)).toEqual(expected);
  expect(whole[31]).toBe(0xf0);
  expect(foldAndWipe(whole)).toEqual(expected);
  expect(whole).toEqual(new Uint8Array(32));
});

test.each([0, 16, 32, 64, 65, 200])('KDF_INTERNAL with a key of %i bytes is HMAC, folded', (length) => {
  const [key, data] = [random(length), random(100)];
  expect(kdfInternal(key, data)).toEqual(
    fold(Uint8Array.from(createHmac('sha256', key).update(data).digest())),
  );
});

test.each([0, 1, 16, 31, 32, 33, 48, 64, 65, 100])('X9.63 gives %i bytes of counted hashes', (length) => {
  const [secret, info] = [random(32), random(50)];
  const block = (counter: number) =>
    createHash('sha256')
      .update(secret)
      .update(Buffer.from([0, 0, 0, counter]))
      .update(info)
      .digest();
  const expected = Buffer.concat([1, 2, 3, 4].map(block)).subarray(0, length);
  const before = Uint8Array.from(secret);
  const derived = x963Kdf(secret, info, length);
  expect(Buffer.from(derived)).toEqual(expected);
  expect(derived.buffer.byteLength).toBe(length);
  expect(secret).toEqual(before);
});
