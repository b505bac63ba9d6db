/**
 * The knowledge factor key under a password, and what a password must be.
 *
 * @module
 */

import { failure, type PowerAuthErrorCode } from '../errors.ts';
import { unwrapKnowledgeKey, wrapKnowledgeKey } from '../protocol/knowledge.ts';
import { randomBytes } from '../util/random.ts';
import type { WrappedKnowledgeKey } from './activation-record.ts';

/** Shortest password in UTF-8 bytes. */
export const MINIMAL_PASSWORD_LENGTH = 4;

/** PBKDF2 iterations for a new password; the record keeps the number it was wrapped with. */
const ITERATIONS = 10_000;

/**
 * @param password UTF-8
 * @throws `code` for a password that is too short to be one
 */
export function assertPasswordLength(password: Uint8Array, field: string, code: PowerAuthErrorCode): void {
  if (password.length >= MINIMAL_PASSWORD_LENGTH) return;
  throw failure(code, `${field}: expected at least ${MINIMAL_PASSWORD_LENGTH} bytes in UTF-8, got fewer`);
}

/** The key (16 B) under a password, with a fresh salt. Key and password stay the caller's. */
export function wrapUnderPassword(knowledgeKey: Uint8Array, password: Uint8Array): WrappedKnowledgeKey {
  const salt = randomBytes(16);
  const iterations = ITERATIONS;
  return { salt, iterations, wrappedKey: wrapKnowledgeKey({ knowledgeKey, password, salt, iterations }) };
}

/** The key (16 B), or another one if the password is wrong; the caller wipes it. */
export function unwrapWithPassword(wrapped: WrappedKnowledgeKey, password: Uint8Array): Uint8Array {
  return unwrapKnowledgeKey({ ...wrapped, password });
}
