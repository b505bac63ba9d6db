/** Standard Base64 with padding, RFC 4648 section 4. See base64.simd.ts for many at a time. */

import { BASE64_ALPHABET, EQUALS } from './constants';

// @ts-ignore: decorator
@inline
function digit(bits: u32): u32 {
  return load<u8>(BASE64_ALPHABET + <usize>(bits & 63));
}

/** Four characters for the 24 bits of `group`. */
// @ts-ignore: decorator
@inline
function store4(to: usize, group: u32): void {
  store<u32>(to, digit(group >> 18) | (digit(group >> 12) << 8) | (digit(group >> 6) << 16) | (digit(group) << 24));
}

/** Writes characters for the bytes from `from` to `end`, a multiple of three. */
// @ts-ignore: decorator
@inline
function encodeGroups(from: usize, end: usize, to: usize): void {
  // Reads one byte more than it uses; behind every caller's bytes there is one.
  for (; from < end; from += 3, to += 4) store4(to, bswap(load<u32>(from)) >> 8);
}

/** Writes the Base64 of 32 bytes: 44 characters. */
// @ts-ignore: decorator
@inline
export function encodeDigest(from: usize, to: usize): void {
  encodeGroups(from, from + 30, to);
  store4(to + 40, (<u32>load<u8>(from, 30) << 16) | (<u32>load<u8>(from, 31) << 8));
  store<u8>(to, EQUALS, 43);
}

/** Writes the Base64 of 16 bytes: 24 characters. */
// @ts-ignore: decorator
@inline
export function encodeNonce(from: usize, to: usize): void {
  encodeGroups(from, from + 15, to);
  store4(to + 20, <u32>load<u8>(from, 15) << 16);
  store<u16>(to, EQUALS | (<u16>EQUALS << 8), 22);
}
