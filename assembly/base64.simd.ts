/** Standard Base64 with padding, RFC 4648 section 4, sixteen characters at a time. See base64.ts for one after another. */

import { EQUALS } from './constants';

/** The 6-bit digits of four groups of 24 bits, in the order of their characters. */
// @ts-ignore: decorator
@inline
function digits(groups: v128): v128 {
  const d0 = i32x4.shr_u(groups, 18);
  const d1 = v128.and(i32x4.shr_u(groups, 4), i32x4.splat(0x3f00));
  const d2 = v128.and(i32x4.shl(groups, 10), i32x4.splat(0x3f0000));
  const d3 = v128.and(i32x4.shl(groups, 24), i32x4.splat(0x3f000000));
  return v128.or(v128.or(d0, d1), v128.or(d2, d3));
}

/** Converts digits to characters: each range of the alphabet has its own distance from its digits. */
// @ts-ignore: decorator
@inline
function characters(digits: v128): v128 {
  // 0 for a..z, 1 to 10 for 0..9, 11 for +, 12 for /, 13 for A..Z
  const range = v128.or(
    i8x16.sub_sat_u(digits, i8x16.splat(51)),
    v128.and(i8x16.lt_u(digits, i8x16.splat(26)), i8x16.splat(13)),
  );
  const distance = i8x16.swizzle(i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0), range);
  return i8x16.add(digits, distance);
}

/** Writes the Base64 of 32 bytes, given as two halves: 44 characters. */
// @ts-ignore: decorator
@inline
export function encodeDigest(low: v128, high: v128, to: usize): void {
  const middle = i8x16.shuffle(low, high, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
  const order = i8x16(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
  v128.store(to, characters(digits(i8x16.swizzle(low, order))));
  v128.store(to, characters(digits(i8x16.swizzle(middle, order))), 16);
  const last = i8x16(10, 9, 8, -1, 13, 12, 11, -1, -1, 15, 14, -1, -1, -1, -1, -1);
  const end = i8x16.replace_lane(characters(digits(i8x16.swizzle(high, last))), 11, EQUALS);
  v128.store64_lane(to, end, 0, 32);
  v128.store32_lane(to, end, 2, 40);
}

/** Writes the Base64 of 16 bytes: 24 characters. */
// @ts-ignore: decorator
@inline
export function encodeNonce(bytes: v128, to: usize): void {
  const order = i8x16(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
  v128.store(to, characters(digits(i8x16.swizzle(bytes, order))));
  const last = i8x16(14, 13, 12, -1, -1, -1, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  v128.store64_lane(to, characters(digits(i8x16.swizzle(bytes, last))), 0, 16);
  store<u16>(to, EQUALS | (<u16>EQUALS << 8), 22);
}
