/**
 * W(0..63) of the two blocks of a header's HMAC, four lanes each, in INNER and OUTER. Between the headers of one
 * millisecond only the nonce differs, and then the inner digest. The other words stay where they are, and their part of
 * the message schedule is folded in advance into one constant per word, C(16..31).
 */

import { BLOCK, FOLDED, INNER, OUTER } from './layout';
import { bswap4, sigma0, sigma1, storeTransposed } from './lanes.simd';
import { sigma0 as s0 } from './sha256';
import { expand } from './sha256x4';

/** W(t) of all lanes := `value`. */
// @ts-ignore: decorator
@inline
function setAll(w: usize, t: usize, value: u32): void {
  v128.store(w + (t << 4), i32x4.splat(value));
}

/** W(t) of any lane of INNER. */
// @ts-ignore: decorator
@inline
function word(t: usize): u32 {
  return load<u32>(INNER + (t << 4));
}

/** Sets what only changes with BLOCK, or not at all: the outer block ends with 80 00 … and the length of 64 + 32 bytes. */
export function fold(): void {
  for (let t: usize = 4; t < 16; t++) {
    setAll(INNER, t, bswap(load<u32>(BLOCK + (t << 2))));
    setAll(OUTER, t, 0);
  }
  setAll(OUTER, 8, 0x80000000);
  setAll(OUTER, 15, 768);

  for (let t: usize = 16; t < 32; t++) {
    let sum: u32 = 0;
    if (t > 18 && t < 31) sum += s0(word(t - 15));
    if (t > 19) sum += word(t - 16);
    store<u32>(FOLDED + ((t - 16) << 2), sum);
  }
}

/** C(t). */
// @ts-ignore: decorator
@inline
function C(t: usize): v128 {
  return v128.load32_splat(FOLDED + ((t - 16) << 2));
}

/** W(t). */
// @ts-ignore: decorator
@inline
function W(w: usize, t: usize): v128 {
  return v128.load(w + (t << 4));
}

// @ts-ignore: decorator
@inline
function setW(w: usize, t: usize, value: v128): v128 {
  v128.store(w + (t << 4), value);
  return value;
}

// @ts-ignore: decorator
@inline
function add(x: v128, y: v128): v128 {
  return i32x4.add(x, y);
}

/** The inner blocks, for four nonces. */
export function inner(nonces: usize): void {
  storeTransposed(
    INNER,
    16,
    bswap4(v128.load(nonces)),
    bswap4(v128.load(nonces, 16)),
    bswap4(v128.load(nonces, 32)),
    bswap4(v128.load(nonces, 48)),
  );
  for (let t: usize = 16; t < 19; t++) setW(INNER, t, add(sigma0(W(INNER, t - 15)), W(INNER, t - 16)));
  setW(INNER, 19, W(INNER, 3));
  let even = W(INNER, 14);
  let odd = W(INNER, 15);
  for (let t: usize = 16; t < 20; t += 2) {
    even = setW(INNER, t, add(add(add(W(INNER, t), W(INNER, t - 7)), C(t)), sigma1(even)));
    odd = setW(INNER, t + 1, add(add(add(W(INNER, t + 1), W(INNER, t - 6)), C(t + 1)), sigma1(odd)));
  }
  for (let t: usize = 20; t < 32; t += 2) {
    even = setW(INNER, t, add(add(W(INNER, t - 7), C(t)), sigma1(even)));
    odd = setW(INNER, t + 1, add(add(W(INNER, t - 6), C(t + 1)), sigma1(odd)));
  }
  setW(INNER, 31, add(odd, sigma0(W(INNER, 16))));
  expand(INNER, 32, 64);
}

/** The outer blocks, whose W(0..7) already are the inner hashes. */
export function outer(): void {
  expand(OUTER, 16, 24);
  let even = W(OUTER, 22);
  let odd = W(OUTER, 23);
  for (let t: usize = 24; t < 32; t += 2) {
    even = setW(OUTER, t, add(add(W(OUTER, t - 16), W(OUTER, t - 7)), sigma1(even)));
    odd = setW(OUTER, t + 1, add(add(W(OUTER, t - 15), W(OUTER, t - 6)), sigma1(odd)));
  }
  setW(OUTER, 30, add(even, i32x4.splat(s0(768))));
  setW(OUTER, 31, add(odd, sigma0(W(OUTER, 16))));
  expand(OUTER, 32, 64);
}
