/**
 * Answers of a server that have status 200 and don't follow the protocol.
 *
 * @module
 */

import type * as s from './schema.ts';
import { failure, PowerAuthErrorCode, type PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
import { wipe } from './bytes.ts';
import { takeSecrets } from './secret-json.ts';
import { check, parseJson } from './validate.ts';

/** Only the status: such a body may be a secret, or have been decrypted to one. */
const ERROR_DATA: PowerAuthErrorData = { httpStatusCode: 200 };

/** The error for an invalid answer. */
export function wrongAnswer(message: string): PowerAuthError {
  return failure(PowerAuthErrorCode.RESPONSE_ERROR, message, { errorData: ERROR_DATA });
}

/** An answer that fits the schema. @throws RESPONSE_ERROR that says field, expected and received, and status 200 */
export function checkAnswer<T>(schema: s.Schema<T>, answer: unknown, field: string): T {
  return check(schema, answer, field, PowerAuthErrorCode.RESPONSE_ERROR, ERROR_DATA);
}

/** The same for a decrypted answer in JSON. */
export function parseAnswer<T>(schema: s.Schema<T>, plaintext: Uint8Array, field: string): T {
  return checkAnswer(schema, parseJson(plaintext), field);
}

/**
 * The same for an answer with secrets. They never become JavaScript strings, which nobody could wipe.
 *
 * @param plaintext its secrets are removed; the caller must wipe the rest
 * @param secrets names of the object's members that are secrets in Base64, for the schema {@link secretField}
 * @returns the answer; the caller must wipe its secrets
 */
export function parseSecretAnswer<T>(
  schema: s.Schema<T>,
  plaintext: Uint8Array,
  field: string,
  secrets: readonly string[],
): T {
  const taken = takeSecrets(plaintext, secrets);
  try {
    const answer = parseJson(plaintext);
    return checkAnswer(schema, isObject(answer) ? putBack(answer, taken) : answer, field);
  } catch (error) {
    wipe(...taken.values());
    throw error;
  }
}

/** Replaces the text of each secret that could be decoded by its bytes. */
function putBack(
  answer: Record<string, unknown>,
  taken: ReadonlyMap<string, Uint8Array>,
): Record<string, unknown> {
  const strings = [...taken].filter(([name]) => typeof answer[name] === 'string');
  return { ...answer, ...Object.fromEntries(strings) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
