/**
 * Checks at the edges: what a caller passes, what a server answers, what a storage returns.
 *
 * @module
 */

import * as s from './schema.ts';
import { failure, PowerAuthErrorCode, type PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
import { base64Decode } from './base64.ts';
import { jsonText, utf8 } from './bytes.ts';
import { isInstance } from './instance.ts';

/**
 * Describes `value` without its content, which may be a secret, even if it is a number, such as a PIN:
 * `a string of 5 characters`, …
 */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  }
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number')
    return Number.isNaN(value) ? 'NaN' : value < 0 ? 'a negative number' : 'a number';
  if (typeof value !== 'object') return `a ${typeof value}`;
  try {
    // Not only by instanceof, which accepts objects whose length can't be read.
    if (ArrayBuffer.isView(value))
      return `${value.byteLength} bytes${isInstance(value, Uint8Array) ? '' : ' that are no Uint8Array'}`;
    return Array.isArray(value) ? 'an array' : 'an object';
  } catch {
    return 'an object that throws';
  }
}

/** Describes a value where a number is expected. An invalid number isn't a secret, so it is shown. */
export function describeNumber(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}

/** The error for an invalid parameter: field, expected, received. */
export function wrongParameter(field: string, expected: string, value: unknown): PowerAuthError {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected ${expected}, got ${describe(value)}`,
  );
}

/** Half of a surrogate pair on its own, which UTF-8 can't encode. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether text is still the same after encoding it in UTF-8. */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/** @throws WRONG_PARAMETER for text that would change when encoded in UTF-8 */
export function assertWellFormed(text: string, field: string): void {
  if (isWellFormed(text)) return;
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected well-formed text, got half of a surrogate pair in ${describe(text)}`,
  );
}

/** The same as {@link wrongParameter} if a number is expected. */
export function wrongNumber(field: string, expected: string, value: unknown): PowerAuthError {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected ${expected}, got ${describeNumber(value)}`,
  );
}

/**
 * A copy of an object as JSON represents it.
 *
 * @throws WRONG_PARAMETER for anything that isn't an object, that JSON can't represent, or whose text isn't well-formed
 */
export function jsonObject(value: unknown, field: string): Record<string, unknown> {
  let copy: unknown;
  let illFormed: string | undefined;
  try {
    copy = JSON.parse(JSON.stringify(value), (name, item: unknown) => {
      illFormed ??= [name, item].find((text) => typeof text === 'string' && !isWellFormed(text)) as
        string | undefined;
      return item;
    });
  } catch {
    // Left undefined: a cycle, a bigint, or an object that throws when it is read.
  }
  if (illFormed !== undefined) assertWellFormed(illFormed, field);
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy))
    return copy as Record<string, unknown>;
  throw wrongParameter(field, 'an object that JSON can hold', value);
}

/**
 * Returns the value if it fits the schema; otherwise throws a PowerAuthError with `code`, whose message says field,
 * expected and received.
 */
export function check<T>(
  schema: s.Schema<T>,
  value: unknown,
  field: string,
  code: PowerAuthErrorCode,
  errorData?: PowerAuthErrorData,
): T {
  const details = errorData === undefined ? {} : { errorData };
  try {
    return schema(value, '');
  } catch (cause) {
    if (!(cause instanceof s.Mismatch))
      throw failure(code, `${field}: expected a readable object, got one that throws`, { ...details, cause });
    const { at, expected, received, hasType } = cause;
    // A number of the right type is in a place where a number is expected.
    const got = hasType ? describeNumber(received) : describe(received);
    throw failure(code, `${field}${at}: expected ${expected}, got ${got}`, details);
  }
}

/** Parses JSON, given as text or as bytes that {@link jsonText} decodes. Returns undefined for invalid JSON. */
export function parseJson(json: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof json === 'string' ? json : jsonText(json)) as unknown;
  } catch {
    return undefined;
  }
}

/** A schema for a secret that was taken out of JSON as bytes; of exactly `length` bytes if that is given. */
export function secretField(length?: number) {
  return s.custom<Uint8Array<ArrayBuffer>>(
    (value) => isInstance(value, Uint8Array) && (length === undefined || value.length === length),
    length === undefined ? 'Base64' : `Base64 of ${length} bytes`,
  );
}

/** A schema for bytes in Base64; of exactly `length` bytes if that is given. */
export function bytesField(length?: number) {
  const expected = length === undefined ? 'Base64' : `Base64 of ${length} bytes`;
  return s.map(s.string(expected), (text, at): Uint8Array<ArrayBuffer> => {
    const decoded = base64Decode(text);
    if (decoded !== undefined && (length === undefined || decoded.length === length)) return decoded;
    throw new s.Mismatch(at, expected, text, true);
  });
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

/** @throws WRONG_PARAMETER unless `value` is a whole number that JavaScript represents exactly, 0 or more */
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

/**
 * A copy of a body's bytes; text is encoded in UTF-8. @throws WRONG_PARAMETER for anything that is neither text nor
 * bytes
 */
export function bodyBytes(value: unknown, field: string): Uint8Array<ArrayBuffer> {
  if (typeof value === 'string') return textBytes(value, field);
  try {
    if (ArrayBuffer.isView(value))
      return Uint8Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    // Checks that it is an ArrayBuffer, of any realm; a detached one throws as well.
    return new Uint8Array(ArrayBuffer.prototype.slice.call(value as ArrayBuffer, 0));
  } catch {
    throw wrongParameter(field, 'a string, an ArrayBuffer or a view of one, such as a Uint8Array', value);
  }
}
