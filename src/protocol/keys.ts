/**
 * P-256 keys: making, checking, agreeing, signing.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { copySecret, moveSecret, wipe } from '../util/bytes.ts';
import { fold } from './kdf.ts';
import { p256 } from './p256.ts';

/** A P-256 key pair. Who holds it wipes the private key. */
export interface KeyPair {
  /** 32 B. */
  readonly privateKey: Uint8Array;
  /** Compressed, 33 B. */
  readonly publicKey: Uint8Array;
}

/**
 * A fresh key pair.
 *
 * @param random gives that many bytes of the platform's CSPRNG
 */
export function generateKeyPair(random: (length: number) => Uint8Array): KeyPair {
  // 48 bytes, reduced: the bias of a plain 32-byte draw is below notice, and no draw has to be repeated.
  const seed = random(48);
  try {
    const privateKey = moveSecret(p256.utils.randomSecretKey(seed));
    return { privateKey, publicKey: p256.getPublicKey(privateKey, true) };
  } finally {
    wipe(seed);
  }
}

/** The compressed public key (33 B) of a private key (32 B). */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return p256.getPublicKey(privateKey, true);
}

/**
 * A public key in compressed form (33 B).
 *
 * @param bytes 33 B (compressed) or 65 B
 * @throws ENCRYPTION_ERROR when that is no point of the curve
 */
export function importPublicKey(bytes: Uint8Array): Uint8Array {
  try {
    return p256.Point.fromBytes(bytes).toBytes(true);
  } catch (cause) {
    throw failure(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      `public key: expected a point of P-256 in 33 or 65 bytes, got ${bytes.length} bytes that are none`,
      { cause },
    );
  }
}

/** X coordinate (32 B) of the point that both sides agree on; the caller wipes it. */
export function ecdh(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const point = p256.getSharedSecret(privateKey, publicKey, true);
  try {
    return copySecret(point, 1);
  } finally {
    wipe(point);
  }
}

/** KEY_MASTER_SECRET, 16 B; the caller wipes it. */
export function masterSecret(devicePrivateKey: Uint8Array, serverPublicKey: Uint8Array): Uint8Array {
  const shared = ecdh(devicePrivateKey, serverPublicKey);
  try {
    return fold(shared);
  } finally {
    wipe(shared);
  }
}

/** Whether a DER signature over `data` (ECDSA, SHA-256) is one of this key. */
export function ecdsaVerify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    // Java's signatures are not normalised to a low S.
    return p256.verify(signature, data, publicKey, { format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/** A DER signature over `data` (ECDSA, SHA-256, deterministic by RFC 6979). */
export function ecdsaSign(privateKey: Uint8Array, data: Uint8Array): Uint8Array {
  return p256.sign(data, privateKey, { format: 'der', lowS: false });
}

/** X coordinate (32 B) of a public key. */
export function coordinateX(publicKey: Uint8Array): Uint8Array {
  return importPublicKey(publicKey).slice(1);
}
