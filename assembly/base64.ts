/** Standard Base64 with padding, RFC 4648 section 4. */

import { BASE64_ALPHABET } from './constants';

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

/**
 * Writes the Base64 of 16 or 32 bytes: 24 or 44 characters.
 *
 * @param from must be readable for 2 bytes past its end
 */
// @ts-ignore: decorator
@inline
export function encode(from: usize, length: usize, to: usize): void {
  const end = from + length;
  for (; from + 3 <= end; from += 3, to += 4) store4(to, bswap(load<u32>(from)) >> 8);
  const rest = end - from;
  if (rest === 1) {
    store4(to, <u32>load<u8>(from) << 16);
    store<u16>(to, 0x3d3d, 2);
  } else if (rest === 2) {
    store4(to, (<u32>load<u8>(from) << 16) | (<u32>load<u8>(from, 1) << 8));
    store<u8>(to, 0x3d, 3);
  }
}
