/**
 * Answers of a server that came with status 200 and are not what the protocol says.
 *
 * @module
 */

import type * as v from 'valibot';
import { failure, PowerAuthErrorCode, type PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
import { wipe } from './bytes.ts';
import { takeSecrets } from './secret-json.ts';
import { check, parseJson } from './validate.ts';

/** The status alone: such a body may be, or may have been decrypted from, a secret. */
const ERROR_DATA: PowerAuthErrorData = { httpStatusCode: 200 };

/** The error for an answer that is not what it has to be. */
export function wrongAnswer(message: string): PowerAuthError {
  return failure(PowerAuthErrorCode.RESPONSE_ERROR, message, { errorData: ERROR_DATA });
}

/** An answer that fits the schema. @throws RESPONSE_ERROR that says field, expected and received, and status 200 */
export function checkAnswer<S extends v.GenericSchema>(
  schema: S,
  answer: unknown,
  field: string,
): v.InferOutput<S> {
  return check(schema, answer, field, PowerAuthErrorCode.RESPONSE_ERROR, ERROR_DATA);
}

/** The same for a decrypted answer in JSON. */
export function parseAnswer<S extends v.GenericSchema>(
  schema: S,
  plaintext: Uint8Array,
  field: string,
): v.InferOutput<S> {
  return checkAnswer(schema, parseJson(plaintext), field);
}

/**
 * The same for an answer with secrets in it, which no JavaScript string ever holds: nobody could wipe it.
 *
 * @param plaintext loses its secrets; the caller wipes the rest
 * @param secrets names of the object's members that are secrets in Base64, for the schema {@link secretField}
 * @returns the caller wipes the secrets in it
 */
export function parseSecretAnswer<S extends v.GenericSchema>(
  schema: S,
  plaintext: Uint8Array,
  field: string,
  secrets: readonly string[],
): v.InferOutput<S> {
  const taken = takeSecrets(plaintext, secrets);
  try {
    const answer = parseJson(plaintext);
    return checkAnswer(schema, isObject(answer) ? putBack(answer, taken) : answer, field);
  } catch (error) {
    wipe(...taken.values());
    throw error;
  }
}

/** What was text in the answer and could be read is bytes again. */
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
