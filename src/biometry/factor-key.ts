/**
 * The biometry factor key at rest: under a secret that only an authenticated user can get.
 *
 * ```
 * wrapping key = HKDF-SHA-256(secret, no salt, "powerauth-wasm biometry key"), 32 B
 * wrapped key  = nonce 12 B ‖ AES-256-GCM(wrapping key, nonce, key 16 B) 16 B ‖ tag 16 B
 * under the tag as well: sized(activation id), sized(provider), sized(descriptor)
 * ```
 *
 * Bound to these, so that it only opens for the activation that it was made for, and with its own descriptor.
 *
 * @module
 */

import { decryptGcm, encryptGcm, hkdfSha256, importGcmKey } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { assertNotWiped, be32, concat, copySecret, utf8, wipe } from '../util/bytes.ts';

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

/** What `use` makes of the wrapping key and all that the wrapped key is bound to. */
async function withWrappingKey<T>(
  secret: Uint8Array,
  { activationId, provider, descriptor }: BiometryKeyBinding,
  use: (key: CryptoKey, bound: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const bound = concat(sized(utf8(activationId)), sized(utf8(provider)), sized(descriptor));
  const key = await hkdfSha256(secret, new Uint8Array(0), utf8(LABEL), 32);
  try {
    return await use(await importGcmKey(key), bound);
  } finally {
    wipe(key);
  }
}

/**
 * The key (16 B), wrapped (44 B). Key and secret stay the caller's, who may wipe them as soon as the call has returned.
 *
 * @param secret 32 B, used only for this factor
 * @param nonce 12 B, random
 */
export async function wrapBiometryKey(
  biometryKey: Uint8Array,
  secret: Uint8Array,
  nonce: Uint8Array<ArrayBuffer>,
  binding: BiometryKeyBinding,
): Promise<Uint8Array<ArrayBuffer>> {
  assertNotWiped('biometry factor key', biometryKey);
  const copy = copySecret(biometryKey);
  try {
    return await withWrappingKey(secret, binding, async (key, bound) =>
      concat(nonce, await encryptGcm(key, nonce, bound, copy)),
    );
  } finally {
    wipe(copy);
  }
}

/**
 * Returns the key (16 B). The caller must wipe it, and may wipe the secret as soon as the call has returned.
 *
 * @throws BIOMETRY_FAILED if this secret does not open it
 */
export async function unwrapBiometryKey(
  wrappedKey: Uint8Array,
  secret: Uint8Array,
  binding: BiometryKeyBinding,
): Promise<Uint8Array> {
  const wrapped = Uint8Array.from(wrappedKey);
  const nonce = wrapped.slice(0, NONCE_LENGTH);
  try {
    return await withWrappingKey(secret, binding, (key, bound) =>
      decryptGcm(key, nonce, bound, wrapped.slice(NONCE_LENGTH)),
    );
  } catch {
    // The cipher's own error doesn't help.
    throw failure(
      PowerAuthErrorCode.BIOMETRY_FAILED,
      'biometry: expected the secret that the factor was made with, got another; remove the factor and add it again',
    );
  }
}
