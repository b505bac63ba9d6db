/**
 * Bytes: joining, comparing, wiping, and the text forms they travel in.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { requireGlobal } from './globals.ts';

let encoder: TextEncoder | undefined;

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  encoder ??= new (requireGlobal('TextEncoder'))();
  return encoder.encode(text);
}

let decoder: TextDecoder | undefined;

/** The text of UTF-8 `bytes`; throws a TypeError if they aren't well-formed UTF-8. */
export function utf8Decode(bytes: Uint8Array): string {
  decoder ??= new (requireGlobal('TextDecoder'))('utf-8', { fatal: true, ignoreBOM: true });
  return decoder.decode(bytes);
}

/** The units of `text`, two bytes each, the higher one first: unlike UTF-8, different for different lone surrogates. */
export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit >> 8;
    bytes[2 * i + 1] = unit;
  }
  return bytes;
}

/** The text of {@link utf16} bytes; an odd last byte is left out. */
export function utf16Decode(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(view.getUint16(i));
  return text;
}

/**
 * The text of JSON bytes, decoded as fetch's `json()` does: a byte order mark is dropped (undici drops two), and
 * invalid UTF-8 is replaced.
 */
export function jsonText(bytes: Uint8Array): string {
  return new (requireGlobal('TextDecoder'))().decode(bytes).replace(/^\uFEFF/, '');
}

/**
 * Zeros into which a secret is written. They are outside the memory that the garbage collector moves. V8 keeps arrays
 * of up to 64 bytes inside that memory, and leaves copies behind, which nobody can wipe, when it moves them and when
 * their `buffer` is accessed.
 */
export function secretBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** A copy of bytes from `from` to before `to`, in {@link secretBytes}. The caller must wipe it. */
export function copySecret(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array<ArrayBuffer> {
  const copy = secretBytes(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}

/** The same for bytes that are no longer needed: they are wiped. */
export function moveSecret(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const moved = copySecret(bytes);
  wipe(bytes);
  return moved;
}

/** A new array holding `parts` one after another, in {@link secretBytes}. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = secretBytes(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares content, in a time that depends only on the lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites secrets with zeros. {@link assertNotWiped} refuses them from then on. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/**
 * Refuses secrets that were wiped, and copies of them, so that zeros are never stored in place of a key. An empty array
 * doesn't count as a secret.
 *
 * @throws UNKNOWN_ERROR naming `what`
 */
export function assertNotWiped(what: string, ...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) {
    if (isWiped(secret)) {
      throw failure(
        PowerAuthErrorCode.UNKNOWN_ERROR,
        `${what}: expected secrets, got one that was wiped already; this is a mistake in powerauth-wasm, please report it`,
      );
    }
  }
}

/** The bytes of lower-case hexadecimal. */
export function hexDecode(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function isWiped(secret: Uint8Array): boolean {
  let bits = 0;
  for (const byte of secret) bits |= byte;
  return bits === 0 && secret.length > 0;
}

/** The 4 bytes of `value` (0 to 2^32-1), most significant first. */
export function be32(value: number): Uint8Array<ArrayBuffer> {
  // Not through a DataView: V8 would have to allocate the buffer of such a small array.
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The 8 bytes of `value` (0 to 2^53-1), most significant first. */
export function be64(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...be32(value / 2 ** 32), ...be32(value));
}
