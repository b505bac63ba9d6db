/**
 * What all public methods do before and after their work: check parameters, and let no other error out than PowerAuthError.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from './errors.ts';
import { holdProcess } from './util/hold.ts';
import { isInstance } from './util/instance.ts';
import { utf8 } from './util/bytes.ts';
import { assertWellFormed, wrongNumber, wrongParameter } from './util/validate.ts';

/**
 * Runs a public method's work; what it throws becomes a PowerAuthError if it is none. Until it has settled the process does
 * not end by itself, whatever the work waits for.
 */
export async function guard<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await holdProcess(Promise.resolve(work()));
  } catch (error) {
    if (isInstance(error, PowerAuthError)) throw error;
    throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, 'Something failed that should not; see cause', {
      cause: error,
    });
  }
}

/** @throws WRONG_PARAMETER unless `value` is a string */
export function assertString(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw wrongParameter(field, 'a string', value);
}

/** @throws WRONG_PARAMETER unless `value` is a non-empty string */
export function assertText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string' || value === '') throw wrongParameter(field, 'a non-empty string', value);
}

/** @throws WRONG_PARAMETER unless `value` is true or false */
export function assertBoolean(value: unknown, field: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrongParameter(field, 'true or false', value);
}

/** @throws WRONG_PARAMETER unless `value` is a whole number that JavaScript holds exactly, 0 or more */
export function assertIndex(value: unknown, field: string): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw wrongNumber(field, 'a whole number from 0 to 2^53-1', value);
}

/** @throws WRONG_PARAMETER unless `value` is a string or undefined */
export function assertOptionalText(value: unknown, field: string): asserts value is string | undefined {
  if (value !== undefined && typeof value !== 'string')
    throw wrongParameter(field, 'a string or undefined', value);
}

/** The UTF-8 bytes of text. @throws WRONG_PARAMETER unless `value` is well-formed text */
export function textBytes(value: unknown, field: string): Uint8Array<ArrayBuffer> {
  assertString(value, field);
  assertWellFormed(value, field);
  return utf8(value);
}

/** The bytes of a body, those of text in UTF-8: a copy. @throws WRONG_PARAMETER for what is neither text nor bytes */
export function bodyBytes(value: unknown, field: string): Uint8Array<ArrayBuffer> {
  if (typeof value === 'string') return textBytes(value, field);
  try {
    if (ArrayBuffer.isView(value))
      return Uint8Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    // Asks whether it is one, of whatever realm; a detached one throws as well.
    return new Uint8Array(ArrayBuffer.prototype.slice.call(value as ArrayBuffer, 0));
  } catch {
    throw wrongParameter(field, 'a string, an ArrayBuffer or a view of one, such as a Uint8Array', value);
  }
}
