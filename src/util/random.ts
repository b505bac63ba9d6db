/**
 * Randomness, only from the platform's CSPRNG.
 *
 * @module
 */

import { copySecret, secretBytes } from './bytes.ts';
import { NoncePool } from './nonce-pool.ts';

/** `length` fresh random bytes (at most 65536). */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(secretBytes(length));
}

let nonces: NoncePool | undefined;

/**
 * The same for up to 16384 bytes that are used once and at once, such as nonces. They come from a stock, because a call
 * of the CSPRNG takes as long as encrypting a record.
 */
export function randomNonce(length: number): Uint8Array<ArrayBuffer> {
  nonces ??= new NoncePool((target) => crypto.getRandomValues(target));
  const from = nonces.take(length);
  const nonce = copySecret(nonces.bytes, from, from + length);
  nonces.bytes.fill(0, from, from + length);
  return nonce;
}
