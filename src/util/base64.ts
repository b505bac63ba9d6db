/**
 * Standard Base64 (RFC 4648 section 4, padded) and Base64url (section 5, unpadded), both strict unless a name says
 * otherwise: one text for each byte string, and undefined for every other text.
 *
 * @module
 */

import { base64 as standard, base64urlnopad, type BytesCoder } from '@scure/base';

function decode(coder: BytesCoder, text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(coder.decode(text));
  } catch {
    return undefined;
  }
}

/** Standard Base64 with padding. */
export function base64(bytes: Uint8Array): string {
  return standard.encode(bytes);
}

/** The bytes of canonical standard Base64, or undefined where `text` is not that. */
export function base64Decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(standard, text);
}

/**
 * The bytes of Base64 that need not be clean: characters that do not belong there are skipped, `=` ends it, and bits that
 * make no whole byte are dropped.
 */
export function base64DecodeLenient(text: string): Uint8Array<ArrayBuffer> {
  const [body = ''] = text.split('=', 1);
  const characters = body.replace(/[^A-Za-z0-9+/]/g, '');
  const whole = characters.length % 4 === 1 ? characters.slice(0, -1) : characters;
  return Uint8Array.from(atob(whole), (byte) => byte.charCodeAt(0));
}

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** The bytes of canonical unpadded Base64url, or undefined where `text` is not that. */
export function base64urlDecode(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(base64urlnopad, text);
}
