/**
 * Standard Base64 (RFC 4648 section 4, padded) and Base64url (section 5, unpadded), both strict unless a name says
 * otherwise: one text for each byte string, and undefined for every other text.
 *
 * @module
 */

import { secretBytes, wipe } from './bytes.ts';
import { NodeBuffer } from './globals.ts';

/** Standard Base64 with padding. */
export function base64(bytes: Uint8Array): string {
  const buffer = NodeBuffer?.from?.(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer !== undefined) return buffer.toString('base64');
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** The bytes of canonical standard Base64, or undefined if `text` isn't that. */
export function base64Decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  // One byte for each unit, which 255 makes invalid: this must not need a TextEncoder.
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = Math.min(text.charCodeAt(i), 255);
  return base64DecodeBytes(bytes);
}

/**
 * The same for text in ASCII bytes, which unlike a string can be wiped. Takes a time that depends only on the length,
 * and on whether it is Base64.
 *
 * @returns in {@link secretBytes}; the caller must wipe it
 */
export function base64DecodeBytes(text: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const padding = text.at(-1) !== PADDING ? 0 : text.at(-2) !== PADDING ? 1 : 2;
  if (text.length % 4 !== 0) return undefined;
  const bytes = secretBytes((text.length / 4) * 3 - padding);
  let invalid = 0;
  for (let from = 0, to = 0; from < text.length; from += 4) {
    let group = 0;
    for (let i = from; i < from + 4; i++) {
      const value = i < text.length - padding ? sextet(text[i] ?? 0) : 0;
      invalid |= value;
      group = (group << 6) | (value & 63);
    }
    for (let shift = 16; shift >= 0; shift -= 8, to++) {
      if (to < bytes.length) bytes[to] = group >> shift;
      // Leftover bits must be zero, or one byte string would have several texts.
      else if (((group >> shift) & 255) !== 0) invalid = -1;
    }
  }
  if (invalid >= 0) return bytes;
  wipe(bytes);
  return undefined;
}

const PADDING = '='.charCodeAt(0);

/** The value of a character of Base64, or -1: by arithmetic, so that no look-up reveals the character. */
function sextet(character: number): number {
  /** All ones if the character lies between the two bounds, exclusive. */
  const within = (below: number, above: number): number => ((below - character) & (character - above)) >> 8;
  return (
    -1 +
    (within(0x40, 0x5b) & (character - 64)) + // A to Z: 0 to 25
    (within(0x60, 0x7b) & (character - 70)) + // a to z: 26 to 51
    (within(0x2f, 0x3a) & (character + 5)) + // 0 to 9: 52 to 61
    (within(0x2a, 0x2c) & 63) + // +
    (within(0x2e, 0x30) & 64) // /
  );
}

/**
 * Decodes Base64 leniently: characters that don't belong there are skipped, `=` ends it, and leftover bits are dropped.
 */
export function base64DecodeLenient(text: string): Uint8Array<ArrayBuffer> {
  const [body = ''] = text.split('=', 1);
  const characters = body.replace(/[^A-Za-z0-9+/]/g, '');
  const whole = characters.length % 4 === 1 ? characters.slice(0, -1) : characters;
  return Uint8Array.from(atob(whole), (byte) => byte.charCodeAt(0));
}

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of canonical unpadded Base64url, or undefined if `text` isn't that. */
export function base64urlDecode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/[+/=]/.test(text)) return undefined;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return base64Decode(standard.padEnd(4 * Math.ceil(text.length / 4), '='));
}
