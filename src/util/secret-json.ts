/**
 * Secrets in JSON, taken out as bytes before the rest becomes strings, which nobody could wipe.
 *
 * @module
 */

import { base64DecodeBytes } from './base64.ts';
import { secretBytes, wipe } from './bytes.ts';
import { parseJson } from './validate.ts';

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COMMA = code(',');
const MASK = code('*');
const OPENING = [code('{'), code('[')];
const CLOSING = [code('}'), code(']')];

/**
 * Takes the members with these names out of an object in JSON, and replaces them by asterisks. It doesn't check whether
 * the rest is valid JSON; its parser must. Members whose values aren't strings stay.
 *
 * @param json UTF-8; changed
 * @returns the bytes of those that are canonical Base64, by name; the caller must wipe them. Of several members with
 *   one name the last one counts, as for `JSON.parse`
 */
export function takeSecrets(
  json: Uint8Array,
  names: readonly string[],
): Map<string, Uint8Array<ArrayBuffer>> {
  const secrets = new Map<string, Uint8Array<ArrayBuffer>>();
  let depth = 0;
  /** Name of the outermost object's member that comes next or is in progress; undefined before its name. */
  let name: unknown;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (OPENING.includes(byte)) depth++;
    else if (CLOSING.includes(byte)) depth--;
    else if (byte === COMMA && depth === 1) name = undefined;
    else if (byte === QUOTE) {
      const end = endOfString(json, at + 1);
      if (depth === 1 && name === undefined) name = parseJson(json.subarray(at, end + 1));
      else if (depth === 1 && typeof name === 'string' && names.includes(name)) {
        const value = json.subarray(at + 1, end);
        const secret = decode(value);
        wipe(secrets.get(name));
        if (secret === undefined) secrets.delete(name);
        else secrets.set(name, secret);
        value.fill(MASK);
      }
      at = end;
    }
  }
  return secrets;
}

/** Where the closing quotation mark of a string is, or the end of the text if there is none. */
function endOfString(json: Uint8Array, from: number): number {
  for (let at = from; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++;
    else if (json[at] === QUOTE) return at;
  }
  return json.length;
}

/** The bytes of Base64 in a JSON string, some of whose characters may be written as escapes. */
function decode(text: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (!text.includes(BACKSLASH)) return base64DecodeBytes(text);
  const scratch = secretBytes(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] === BACKSLASH ? escaped(text.subarray(at, at + 6)) : undefined;
    scratch[length++] = character?.byte ?? text[at] ?? 0;
    at += character?.more ?? 0;
  }
  try {
    return base64DecodeBytes(scratch.subarray(0, length));
  } finally {
    wipe(scratch);
  }
}

/** The character of an escape at the beginning of `text`, one at a time, and how many bytes follow the backslash. */
function escaped(text: Uint8Array): { readonly byte: number; readonly more: number } {
  const more = text[1] === code('u') ? 5 : 1;
  const character = parseJson(Uint8Array.of(QUOTE, ...text.subarray(0, more + 1), QUOTE));
  // No character beyond ASCII is Base64.
  const point = typeof character === 'string' ? character.charCodeAt(0) : 0;
  return { byte: point < 128 ? point : 0, more };
}
