/**
 * P-256 keys: checking, agreeing, signing.
 *
 * @module
 */

import { agree, sign, verify } from '#crypto';
import { signatureFromDer, signatureToDer } from '../crypto/encodings.ts';
import { compressed, pointOf, type Point } from '../crypto/p256.ts';
import type { KeyPair } from '../crypto/types.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wipe } from '../util/bytes.ts';
import { fold } from './kdf.ts';

export { agreeOnce, generateKeyPair } from '#crypto';
export type { Agreement, KeyPair } from '../crypto/types.ts';
export type { Point } from '../crypto/p256.ts';

/**
 * A public key.
 *
 * @param bytes 33 B (compressed) or 65 B
 * @throws ENCRYPTION_ERROR if that isn't a point of the curve
 */
export function importPublicKey(bytes: Uint8Array): Point {
  const point = pointOf(bytes);
  if (point !== undefined) return point;
  throw failure(
    PowerAuthErrorCode.ENCRYPTION_ERROR,
    `public key: expected a point of P-256 in 33 or 65 bytes, got ${bytes.length} bytes that are not one`,
  );
}

/** A public key in compressed form (33 B). */
export function exportPublicKey(publicKey: Point): Uint8Array<ArrayBuffer> {
  return compressed(publicKey);
}

/** KEY_MASTER_SECRET, 16 B; the caller must wipe it. */
export async function masterSecret(device: KeyPair, serverPublicKey: Point): Promise<Uint8Array> {
  const shared = await agree(device, serverPublicKey);
  try {
    return fold(shared);
  } finally {
    wipe(shared);
  }
}

/** Whether a DER signature over `data` (ECDSA, SHA-256) was made with this key. */
export async function ecdsaVerify(publicKey: Point, data: Uint8Array, der: Uint8Array): Promise<boolean> {
  const signature = signatureFromDer(der);
  return signature !== undefined && verify(publicKey, data, signature);
}

/** A DER signature over `data` (ECDSA, SHA-256). */
export async function ecdsaSign(pair: KeyPair, data: Uint8Array): Promise<Uint8Array> {
  return signatureToDer(await sign(pair, data));
}

/** X coordinate (32 B) of a public key in 33 B or 65 B. */
export function coordinateX(publicKey: Uint8Array): Uint8Array {
  return publicKey.slice(1, 33);
}
