/**
 * Randomness, only from the platform's CSPRNG.
 *
 * @module
 */

import { secretBytes } from './bytes.ts';

/** `length` fresh random bytes (at most 65536). */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(secretBytes(length));
}
