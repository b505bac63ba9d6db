/**
 * Answers of a server that came with status 200 and are not what the protocol says.
 *
 * @module
 */

import type * as v from 'valibot';
import { failure, PowerAuthErrorCode, type PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
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
