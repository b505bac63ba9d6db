/**
 * The biometry factor key at rest: under a secret that only an authenticated user gets at.
 *
 * ```
 * wrapping key = HKDF-SHA-256(secret, no salt, "powerauth-wasm biometry key"), 32 B
 * wrapped key  = nonce 12 B ‖ AES-256-GCM(wrapping key, nonce, key 16 B) 16 B ‖ tag 16 B
 * under the tag as well: sized(activation id), sized(provider), sized(descriptor)
 * ```
 *
 * Bound to these, so that it opens for the activation alone that it was made for, and by its own descriptor.
 *
 * @module
 */

import { gcm } from '@noble/ciphers/aes.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { assertNotWiped, be32, concat, moveSecret, utf8, wipe } from '../util/bytes.ts';

const LABEL = 'powerauth-wasm biometry key';
const NONCE_LENGTH = 12;

/** Length of a wrapped key in bytes. */
export const WRAPPED_BIOMETRY_KEY_LENGTH = NONCE_LENGTH + 16 + 16;

/** What a wrapped key belongs to. */
export interface BiometryKeyBinding {
  readonly activationId: string;
  /** Name of the provider. */
  readonly provider: string;
  readonly descriptor: Uint8Array;
}

const sized = (bytes: Uint8Array): Uint8Array => concat(be32(bytes.length), bytes);

function withCipher<T>(
  secret: Uint8Array,
  nonce: Uint8Array,
  { activationId, provider, descriptor }: BiometryKeyBinding,
  use: (cipher: ReturnType<typeof gcm>) => T,
): T {
  const key = moveSecret(hkdf(sha256, secret, undefined, utf8(LABEL), 32));
  try {
    const bound = concat(sized(utf8(activationId)), sized(utf8(provider)), sized(descriptor));
    return use(gcm(key, nonce, bound));
  } finally {
    wipe(key);
  }
}

/**
 * The key (16 B), wrapped (44 B). Key and secret stay the caller's.
 *
 * @param secret 32 B, of this factor alone
 * @param nonce 12 B, random
 */
export function wrapBiometryKey(
  biometryKey: Uint8Array,
  secret: Uint8Array,
  nonce: Uint8Array,
  binding: BiometryKeyBinding,
): Uint8Array<ArrayBuffer> {
  assertNotWiped('biometry factor key', biometryKey);
  return withCipher(secret, nonce, binding, (cipher) => concat(nonce, cipher.encrypt(biometryKey)));
}

/**
 * The key (16 B); the caller wipes it. The secret stays the caller's.
 *
 * @throws BIOMETRY_FAILED when this secret does not open it
 */
export function unwrapBiometryKey(
  wrappedKey: Uint8Array,
  secret: Uint8Array,
  binding: BiometryKeyBinding,
): Uint8Array {
  try {
    const nonce = wrappedKey.subarray(0, NONCE_LENGTH);
    return withCipher(secret, nonce, binding, (cipher) =>
      moveSecret(cipher.decrypt(wrappedKey.subarray(NONCE_LENGTH))),
    );
  } catch {
    // Nothing of the cipher's own error helps.
    throw failure(
      PowerAuthErrorCode.BIOMETRY_FAILED,
      'biometry: expected the secret that the factor was made with, got another; remove the factor and add it again',
    );
  }
}
