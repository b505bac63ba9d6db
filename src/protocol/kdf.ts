/**
 * Key derivation (protocol 3.3, "Keys").
 *
 * @module
 */

import { encryptCbc, hmacSha256, sha256 } from '#crypto';
import { be32, be64, concat, copySecret, secretBytes, wipe } from '../util/bytes.ts';

/** The initialisation vector for keys that encrypt only once. */
export const ZERO_IV = new Uint8Array(16);

/** The two halves of 32 bytes, exclusive-or'ed to 16. */
export function fold(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const folded = secretBytes(16);
  for (let i = 0; i < 16; i++) folded[i] = (bytes[i] ?? 0) ^ (bytes[i + 16] ?? 0);
  return folded;
}

/** The same for bytes that are no longer needed: it wipes them. */
export function foldAndWipe(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return fold(bytes);
  } finally {
    wipe(bytes);
  }
}

/** KDF: AES-128-CBC without padding, zero IV, over `8 zero bytes ‖ BE64(index)`; 16 B. */
export async function kdf(key: Uint8Array, index: number): Promise<Uint8Array> {
  return encryptCbc(key, ZERO_IV, concat(new Uint8Array(8), be64(index)), false);
}

/** KDF_INTERNAL: HMAC-SHA-256, folded to 16 B. */
export function kdfInternal(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return foldAndWipe(hmacSha256(key, data));
}

/** ANSI X9.63 key derivation with SHA-256: `length` bytes from a shared secret. */
export function x963Kdf(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const keys = secretBytes(Math.ceil(length / 32) * 32);
  for (let offset = 0; offset < length; offset += 32) {
    const input = concat(secret, be32(offset / 32 + 1), info);
    const block = sha256(input);
    keys.set(block, offset);
    wipe(input, block);
  }
  const needed = copySecret(keys, 0, length);
  wipe(keys);
  return needed;
}

/** The keys of an activation, 16 B each. The holder must wipe them. */
export interface ActivationKeys {
  readonly possession: Uint8Array;
  readonly knowledge: Uint8Array;
  readonly biometry: Uint8Array;
  readonly transport: Uint8Array;
  readonly vault: Uint8Array;
}

/** KEY_SIGNATURE_KNOWLEDGE (16 B) from KEY_MASTER_SECRET (16 B); the caller must wipe it. */
export function deriveKnowledgeKey(masterSecret: Uint8Array): Promise<Uint8Array> {
  return kdf(masterSecret, 2);
}

/** KEY_SIGNATURE_BIOMETRY (16 B) from KEY_MASTER_SECRET (16 B); the caller must wipe it. */
export function deriveBiometryKey(masterSecret: Uint8Array): Promise<Uint8Array> {
  return kdf(masterSecret, 3);
}

/** All keys of an activation from KEY_MASTER_SECRET (16 B). */
export async function deriveActivationKeys(masterSecret: Uint8Array): Promise<ActivationKeys> {
  const [possession, knowledge, biometry, transport, vault] = await Promise.all([
    kdf(masterSecret, 1),
    deriveKnowledgeKey(masterSecret),
    deriveBiometryKey(masterSecret),
    kdf(masterSecret, 1000),
    kdf(masterSecret, 2000),
  ]);
  return { possession, knowledge, biometry, transport, vault };
}
