/**
 * Wraps the knowledge factor key under a password, and checks passwords.
 *
 * @module
 */

import { failure, type PowerAuthErrorCode } from '../errors.ts';
import { derivePasswordKey, unwrapKnowledgeKey, wrapKnowledgeKey } from '../protocol/knowledge.ts';
import { assertNotWiped, copySecret, wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import type { WrappedKnowledgeKey } from './activation-record.ts';

/** Shortest password in UTF-8 bytes. */
export const MINIMAL_PASSWORD_LENGTH = 4;

/**
 * @param password UTF-8
 * @throws `code` for a password that is too short
 */
export function assertPasswordLength(password: Uint8Array, field: string, code: PowerAuthErrorCode): void {
  if (password.length >= MINIMAL_PASSWORD_LENGTH) return;
  throw failure(code, `${field}: expected at least ${MINIMAL_PASSWORD_LENGTH} bytes in UTF-8, got fewer`);
}

/**
 * Wraps the key (16 B) under a password, with a fresh salt. The caller must wipe the key and the password.
 *
 * @param passwordId that of the former wrapping, if the password is the same
 */
export async function wrapUnderPassword(
  knowledgeKey: Uint8Array,
  password: Uint8Array,
  iterations: number,
  passwordId: Uint8Array = randomBytes(16),
): Promise<WrappedKnowledgeKey> {
  const derivation = { hash: 'SHA-256', salt: randomBytes(16), iterations } as const;
  const passwordKey = await derivePasswordKey(password, derivation);
  try {
    // Checked now, because its holder may have wiped it in the meantime.
    assertNotWiped('knowledge factor key', knowledgeKey);
    return { ...derivation, passwordId, wrappedKey: await wrapKnowledgeKey(knowledgeKey, passwordKey) };
  } finally {
    wipe(passwordKey);
  }
}

/** The key (16 B), or a wrong one if the password is wrong; the caller must wipe it. */
export async function unwrapWithPassword(
  wrapped: WrappedKnowledgeKey,
  password: Uint8Array,
): Promise<Uint8Array> {
  // The caller may wipe its arguments while the password is being stretched.
  const wrappedKey = copySecret(wrapped.wrappedKey);
  const passwordKey = await derivePasswordKey(password, wrapped);
  try {
    return await unwrapKnowledgeKey(wrappedKey, passwordKey);
  } finally {
    wipe(passwordKey, wrappedKey);
  }
}
