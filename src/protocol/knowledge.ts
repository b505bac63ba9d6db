/**
 * The knowledge factor key at rest (protocol 3.3, "Keys"): AES-128-CBC without padding, zero IV, under a key that
 * PBKDF2 derives from the password. A wrong password yields a wrong key and no error: only the server can tell.
 *
 * @module
 */

import { decryptCbc, encryptCbc, pbkdf2 } from '#crypto';
import type { PasswordHash } from '../crypto/types.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { ZERO_IV } from './kdf.ts';

export type { PasswordHash } from '../crypto/types.ts';

/** How a password becomes a key. */
export interface PasswordDerivation {
  readonly hash: PasswordHash;
  /** 16 B. */
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * Derives a key from a password with PBKDF2, off this thread.
 *
 * @param password UTF-8; copied before the call returns; the caller must wipe it
 * @returns 16 B; the caller must wipe them
 * @throws UNKNOWN_ERROR in a runtime without WebCrypto, or one that refuses so many iterations
 */
export async function derivePasswordKey(
  password: Uint8Array,
  { hash, salt, iterations }: PasswordDerivation,
): Promise<Uint8Array> {
  try {
    return await pbkdf2(hash, password, salt, iterations);
  } catch (cause) {
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `This runtime refuses PBKDF2 with ${hash} and ${iterations} iterations; keychainConfiguration.pbkdf2Iterations sets their number for passwords that are set from then on`,
      { cause },
    );
  }
}

/** The knowledge factor key (16 B), wrapped (16 B). The caller must wipe both keys. */
export function wrapKnowledgeKey(knowledgeKey: Uint8Array, passwordKey: Uint8Array): Promise<Uint8Array> {
  return encryptCbc(passwordKey, ZERO_IV, knowledgeKey, false);
}

/** The knowledge factor key (16 B), or a wrong one if the password was wrong; the caller must wipe it. */
export function unwrapKnowledgeKey(wrappedKey: Uint8Array, passwordKey: Uint8Array): Promise<Uint8Array> {
  return decryptCbc(passwordKey, ZERO_IV, wrappedKey, false);
}
