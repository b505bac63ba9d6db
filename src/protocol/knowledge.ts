/**
 * The knowledge factor key at rest (protocol 3.3, "Keys"): AES-128-CBC without padding, zero IV, under a key that PBKDF2
 * makes of the password. A wrong password gives a wrong key and no error: only the server can tell.
 *
 * @module
 */

import { cbc } from '@noble/ciphers/aes.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { wipe } from '../util/bytes.ts';

/** How the password becomes a key. */
interface PasswordBasedKey {
  /** UTF-8; stays the caller's. */
  readonly password: Uint8Array;
  /** 16 B. */
  readonly salt: Uint8Array;
  /** At least 10 000. */
  readonly iterations: number;
}

function withCipher<T>(
  { password, salt, iterations }: PasswordBasedKey,
  use: (cipher: ReturnType<typeof cbc>) => T,
): T {
  const key = pbkdf2(sha1, password, salt, { c: iterations, dkLen: 16 });
  try {
    return use(cbc(key, new Uint8Array(16), { disablePadding: true }));
  } finally {
    wipe(key);
  }
}

/** The knowledge factor key (16 B), wrapped (16 B). */
export function wrapKnowledgeKey(
  input: PasswordBasedKey & { readonly knowledgeKey: Uint8Array },
): Uint8Array {
  return withCipher(input, (cipher) => cipher.encrypt(input.knowledgeKey));
}

/** The knowledge factor key (16 B), or another one if the password is wrong; the caller wipes it. */
export function unwrapKnowledgeKey(
  input: PasswordBasedKey & { readonly wrappedKey: Uint8Array },
): Uint8Array {
  return withCipher(input, (cipher) => cipher.decrypt(input.wrappedKey));
}
