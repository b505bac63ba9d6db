/**
 * The knowledge factor key at rest (protocol 3.3, "Keys"): AES-128-CBC without padding, zero IV, under a key that PBKDF2
 * makes of the password. A wrong password gives a wrong key and no error: only the server can tell.
 *
 * @module
 */

import { cbc } from '@noble/ciphers/aes.js';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { copySecret, secretBytes, wipe } from '../util/bytes.ts';
import { webCrypto } from '../util/web-crypto.ts';

/** The hash of PBKDF2. */
export type PasswordHash = 'SHA-1' | 'SHA-256';

/** How a password becomes a key. */
export interface PasswordDerivation {
  readonly hash: PasswordHash;
  /** 16 B. */
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * The key that PBKDF2 makes of a password, off this thread.
 *
 * @param password UTF-8; copied before the call returns, and stays the caller's
 * @returns 16 B; the caller wipes them
 * @throws UNKNOWN_ERROR in a runtime without WebCrypto, or one that refuses so many iterations
 */
export async function derivePasswordKey(
  password: Uint8Array,
  { hash, salt, iterations }: PasswordDerivation,
): Promise<Uint8Array> {
  // Copies, because WebCrypto takes no view of shared memory.
  const bytes = copySecret(password);
  const parameters = { name: 'PBKDF2', hash, salt: Uint8Array.from(salt), iterations };
  const subtle = webCrypto();
  try {
    const key = await subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits']);
    return new Uint8Array(await subtle.deriveBits(parameters, key, 128));
  } catch (cause) {
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `This runtime refuses PBKDF2 with ${hash} and ${iterations} iterations; keychainConfiguration.pbkdf2Iterations sets their number for passwords that are set from then on`,
      { cause },
    );
  } finally {
    wipe(bytes);
  }
}

/** The knowledge factor key (16 B), wrapped (16 B). Both keys stay the caller's. */
export function wrapKnowledgeKey(knowledgeKey: Uint8Array, passwordKey: Uint8Array): Uint8Array {
  return cipher(passwordKey).encrypt(knowledgeKey);
}

/** The knowledge factor key (16 B), or another one if the password was wrong; the caller wipes it. */
export function unwrapKnowledgeKey(wrappedKey: Uint8Array, passwordKey: Uint8Array): Uint8Array {
  return cipher(passwordKey).decrypt(wrappedKey, secretBytes(16));
}

function cipher(passwordKey: Uint8Array): ReturnType<typeof cbc> {
  return cbc(passwordKey, new Uint8Array(16), { disablePadding: true });
}
