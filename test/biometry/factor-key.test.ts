import { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  unwrapBiometryKey,
  WRAPPED_BIOMETRY_KEY_LENGTH,
  wrapBiometryKey,
} from '../../src/biometry/factor-key.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { error } from '../helpers/error.ts';

const sized = (bytes: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

describe('the wrapped biometry factor key', async () => {
  const key = Uint8Array.from(randomBytes(16));
  const secret = Uint8Array.from(randomBytes(32));
  const nonce = Uint8Array.from(randomBytes(12));
  const binding = {
    activationId: 'c4e8f1d2-0b1a-4d56-9f7b-2a8e5d0f1c33',
    provider: 'software',
    descriptor: Uint8Array.from(randomBytes(32)),
  };
  const wrapped = await wrapBiometryKey(key, secret, nonce, binding);

  test('opens with its secret and all that it is bound to', async () => {
    expect(wrapped).toHaveLength(WRAPPED_BIOMETRY_KEY_LENGTH);
    expect(await unwrapBiometryKey(wrapped, secret, binding)).toEqual(key);
  });

  test('comes out right if the caller wipes key and secret at once', async () => {
    const [ownKey, ownSecret] = [key.slice(), secret.slice()];
    const wrapping = wrapBiometryKey(ownKey, ownSecret, nonce, binding);
    ownKey.fill(0);
    ownSecret.fill(0);
    expect(await wrapping).toEqual(wrapped);
    const [given, opening] = [wrapped.slice(), secret.slice()];
    const unwrapping = unwrapBiometryKey(given, opening, binding);
    given.fill(0);
    opening.fill(0);
    expect(await unwrapping).toEqual(key);
  });

  test('is AES-256-GCM under HKDF-SHA-256 of the secret, as its file says', () => {
    const wrappingKey = Buffer.from(
      hkdfSync('sha256', secret, new Uint8Array(0), 'powerauth-wasm biometry key', 32),
    );
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(0, 12));
    decipher.setAAD(
      Buffer.concat([
        sized(Buffer.from(binding.activationId)),
        sized(Buffer.from(binding.provider)),
        sized(binding.descriptor),
      ]),
    );
    decipher.setAuthTag(wrapped.subarray(28));
    expect(Buffer.concat([decipher.update(wrapped.subarray(12, 28)), decipher.final()])).toEqual(
      Buffer.from(key),
    );
  });

  const other = (bytes: Uint8Array, at = 0) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const refused: unknown = expect.objectContaining(
    error(PowerAuthErrorCode.BIOMETRY_FAILED, /^biometry: expected the secret/),
  );

  test('opens for nothing else', async () => {
    await expect(unwrapBiometryKey(wrapped, other(secret, 31), binding)).rejects.toThrow(refused);
    for (const change of [
      { activationId: 'c4e8f1d2-0b1a-4d56-9f7b-2a8e5d0f1c34' },
      { provider: 'webauthn' },
      { descriptor: other(binding.descriptor) },
      // What moves from one field to the next is another binding.
      { activationId: `${binding.activationId}s`, provider: 'oftware' },
    ]) {
      await expect(unwrapBiometryKey(wrapped, secret, { ...binding, ...change })).rejects.toThrow(refused);
    }
  });

  test('opens in no damaged form', async () => {
    for (let at = 0; at < wrapped.length; at++) {
      await expect(unwrapBiometryKey(other(wrapped, at), secret, binding)).rejects.toThrow(refused);
    }
    for (const length of [0, 1, 12, 27, 43]) {
      await expect(unwrapBiometryKey(wrapped.subarray(0, length), secret, binding)).rejects.toThrow(refused);
    }
  });
});
