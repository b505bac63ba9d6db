/**
 * The form of a record before it is sealed: `version 1 B ‖ BE32(length) ‖ field ‖ BE32(length) ‖ field ‖ …`. Only
 * bytes, so that all of it can be wiped after use, unlike JSON's strings.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { copySecret, secretBytes, wipe } from '../util/bytes.ts';

/** A new array with version and fields; the caller must wipe it. */
export function encodeRecord(version: number, fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = secretBytes(fields.reduce((length, field) => length + 4 + field.length, 1));
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  let at = 1;
  for (const field of fields) {
    view.setUint32(at, field.length);
    bytes.set(field, at + 4);
    at += 4 + field.length;
  }
  return bytes;
}

/** The error for a record that was written for a place other than the one where it was found. */
export function misplacedRecord(what: string): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
    `${what}: expected the one of this place, got one that names another instance or token; it is left in place`,
  );
}

/**
 * The fields, views of one copy; the caller must wipe them.
 *
 * @param lengths length in bytes of each field, or undefined if it varies
 * @param count how many of them a record of this version has; missing fields are returned as empty
 * @throws INVALID_ACTIVATION_DATA naming `what`
 */
export function decodeRecord<const L extends readonly (number | undefined)[]>(
  bytes: Uint8Array,
  version: number,
  lengths: L,
  what: string,
  count = lengths.length,
): { [I in keyof L]: Uint8Array<ArrayBuffer> } {
  // One place in memory for all: eighteen would take longer than all else that is done with a record.
  const copy = copySecret(bytes);
  const fields: Uint8Array[] = [];
  const refuse = (expected: string) => {
    wipe(copy);
    return failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
      `${what}: expected ${expected}; the record was written by another version of this package or by something else`,
    );
  };
  if (bytes[0] !== version) throw refuse(`record version ${version}, got ${bytes[0]}`);
  const view = new DataView(copy.buffer);
  let offset = 1;
  for (const expected of lengths.slice(0, count)) {
    if (offset + 4 > bytes.length) throw refuse(`${count} fields, got ${fields.length}`);
    const length = view.getUint32(offset);
    offset += 4;
    if (offset + length > bytes.length || (expected !== undefined && length !== expected)) {
      throw refuse(`field ${fields.length} of ${expected ?? 'at most the remaining'} bytes, got ${length}`);
    }
    fields.push(copy.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== bytes.length) throw refuse(`${offset} bytes, got ${bytes.length}`);
  while (fields.length < lengths.length) fields.push(new Uint8Array(0));
  return fields as { [I in keyof L]: Uint8Array<ArrayBuffer> };
}
