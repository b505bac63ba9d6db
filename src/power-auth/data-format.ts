/**
 * Data that is passed as a string.
 *
 * @module
 */

import type { PowerAuthDataFormat } from '../model/power-auth-encryptor.ts';
import { base64Decode } from '../util/base64.ts';
import { assertString, textBytes, wrongParameter } from '../util/validate.ts';

/** @throws WRONG_PARAMETER unless `value` is a PowerAuthDataFormat */
export function assertFormat(value: unknown, field: string): asserts value is PowerAuthDataFormat {
  if (value !== 'UTF8' && value !== 'BASE64') throw wrongParameter(field, "'UTF8' or 'BASE64'", value);
}

/** The bytes of data. @throws WRONG_PARAMETER unless it is a string of that format */
export function dataBytes(
  data: unknown,
  format: PowerAuthDataFormat,
  field: string,
): Uint8Array<ArrayBuffer> {
  return format === 'UTF8' ? textBytes(data, field) : base64Bytes(data, field);
}

/** The bytes of Base64. @throws WRONG_PARAMETER unless `text` is that, and nothing else */
export function base64Bytes(text: unknown, field: string): Uint8Array<ArrayBuffer> {
  assertString(text, field);
  const bytes = base64Decode(text);
  if (bytes === undefined) throw wrongParameter(field, 'Base64', text);
  return bytes;
}
