/**
 * Key derivation (protocol 3.3, "Keys").
 *
 * @module
 */

import { cbc } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { be32, be64, concat, wipe } from '../util/bytes.ts';

const ZERO_IV = new Uint8Array(16);

/** HMAC-SHA-256. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return hmac(sha256, key, data);
}

/** The two halves of 32 bytes, exclusive-or'ed to 16. */
export function fold(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 16 }, (_, i) => (bytes[i] ?? 0) ^ (bytes[i + 16] ?? 0));
}

/** The same for bytes that nobody needs any more. */
export function foldAndWipe(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return fold(bytes);
  } finally {
    wipe(bytes);
  }
}

/** KDF: AES-128-CBC without padding, zero IV, over `8 zero bytes ‖ BE64(index)`; 16 B. */
export function kdf(key: Uint8Array, index: number): Uint8Array {
  return cbc(key, ZERO_IV, { disablePadding: true }).encrypt(concat(new Uint8Array(8), be64(index)));
}

/** KDF_INTERNAL: HMAC-SHA-256, folded to 16 B. */
export function kdfInternal(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return foldAndWipe(hmacSha256(key, data));
}

/** ANSI X9.63 key derivation with SHA-256: `length` bytes out of a shared secret. */
export function x963Kdf(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const keys = new Uint8Array(Math.ceil(length / 32) * 32);
  for (let offset = 0; offset < length; offset += 32) {
    const input = concat(secret, be32(offset / 32 + 1), info);
    const block = sha256(input);
    keys.set(block, offset);
    wipe(input, block);
  }
  const needed = keys.slice(0, length);
  wipe(keys);
  return needed;
}

/** The keys of an activation, 16 B each. Who holds them wipes them. */
export interface ActivationKeys {
  readonly possession: Uint8Array;
  readonly knowledge: Uint8Array;
  readonly biometry: Uint8Array;
  readonly transport: Uint8Array;
  readonly vault: Uint8Array;
}

/** KEY_SIGNATURE_KNOWLEDGE (16 B) from KEY_MASTER_SECRET (16 B); the caller wipes it. */
export function deriveKnowledgeKey(masterSecret: Uint8Array): Uint8Array {
  return kdf(masterSecret, 2);
}

/** KEY_SIGNATURE_BIOMETRY (16 B) from KEY_MASTER_SECRET (16 B); the caller wipes it. */
export function deriveBiometryKey(masterSecret: Uint8Array): Uint8Array {
  return kdf(masterSecret, 3);
}

/** All keys of an activation from KEY_MASTER_SECRET (16 B). */
export function deriveActivationKeys(masterSecret: Uint8Array): ActivationKeys {
  return {
    possession: kdf(masterSecret, 1),
    knowledge: deriveKnowledgeKey(masterSecret),
    biometry: deriveBiometryKey(masterSecret),
    transport: kdf(masterSecret, 1000),
    vault: kdf(masterSecret, 2000),
  };
}
