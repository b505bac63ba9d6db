/** Four words at once, one per lane: what FIPS 180-4 section 4.1.2 calls σ0 and σ1, and how words get into lanes. */

// @ts-ignore: decorator
@inline
export function rotr4(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
}

// @ts-ignore: decorator
@inline
export function sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 7), rotr4(x, 18)), i32x4.shr_u(x, 3));
}

// @ts-ignore: decorator
@inline
export function sigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 17), rotr4(x, 19)), i32x4.shr_u(x, 10));
}

/** Reverses the bytes of each of four words. */
// @ts-ignore: decorator
@inline
export function bswap4(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Writes the rows `r0..r3`, four words each, as columns. */
// @ts-ignore: decorator
@inline
export function storeTransposed(to: usize, stride: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const a = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const b = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const c = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const d = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(a, b, 0, 2));
  v128.store(to + stride, i64x2.shuffle(a, b, 1, 3));
  v128.store(to + 2 * stride, i64x2.shuffle(c, d, 0, 2));
  v128.store(to + 3 * stride, i64x2.shuffle(c, d, 1, 3));
}
