/**
 * SHA-256 compression of four blocks at once, one a lane: FIPS 180-4 section 6.2.2, each operation on four words. The
 * caller fills W(0..15); see sha256.ts for one block.
 */

import { K } from './constants';
import { SCHEDULE } from './layout';

// @ts-ignore: decorator
@inline
function rotr4(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
}

// @ts-ignore: decorator
@inline
function Sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 2), rotr4(x, 13)), rotr4(x, 22));
}

// @ts-ignore: decorator
@inline
function Sigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 6), rotr4(x, 11)), rotr4(x, 25));
}

// @ts-ignore: decorator
@inline
function sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 7), rotr4(x, 18)), i32x4.shr_u(x, 3));
}

// @ts-ignore: decorator
@inline
function sigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotr4(x, 17), rotr4(x, 19)), i32x4.shr_u(x, 10));
}

// @ts-ignore: decorator
@inline
function Ch(x: v128, y: v128, z: v128): v128 {
  return v128.xor(z, v128.and(x, v128.xor(y, z)));
}

// @ts-ignore: decorator
@inline
function Maj(x: v128, y: v128, z: v128): v128 {
  return v128.or(v128.and(x, v128.or(y, z)), v128.and(y, z));
}

/** T1 of round `t`. */
// @ts-ignore: decorator
@inline
function T1(e: v128, f: v128, g: v128, h: v128, t: usize): v128 {
  const k = v128.load32_splat(K + (t << 2));
  const w = v128.load(SCHEDULE + (t << 4));
  return i32x4.add(i32x4.add(i32x4.add(h, Sigma1(e)), Ch(e, f, g)), i32x4.add(k, w));
}

// @ts-ignore: decorator
@inline
function T2(a: v128, b: v128, c: v128): v128 {
  return i32x4.add(Sigma0(a), Maj(a, b, c));
}

/**
 * Compresses the four blocks in W(0..15), all from the same hash value. W(0..7) then holds the new hash values, which is
 * where the next message has them: the outer hash of HMAC is over the inner one.
 *
 * @param from 8 words
 */
export function compress4(from: usize): void {
  for (let t: usize = SCHEDULE + 256; t < SCHEDULE + 1024; t += 16) {
    v128.store(
      t,
      i32x4.add(
        i32x4.add(sigma1(v128.load(t - 32)), v128.load(t - 112)),
        i32x4.add(sigma0(v128.load(t - 240)), v128.load(t - 256)),
      ),
    );
  }

  let a = v128.load32_splat(from, 0);
  let b = v128.load32_splat(from, 4);
  let c = v128.load32_splat(from, 8);
  let d = v128.load32_splat(from, 12);
  let e = v128.load32_splat(from, 16);
  let f = v128.load32_splat(from, 20);
  let g = v128.load32_splat(from, 24);
  let h = v128.load32_splat(from, 28);

  // Eight rounds at a time: then each variable is back in its own place, and none has to be moved.
  for (let t: usize = 0; t < 64; t += 8) {
    let t1 = T1(e, f, g, h, t);
    d = i32x4.add(d, t1);
    h = i32x4.add(t1, T2(a, b, c));
    t1 = T1(d, e, f, g, t + 1);
    c = i32x4.add(c, t1);
    g = i32x4.add(t1, T2(h, a, b));
    t1 = T1(c, d, e, f, t + 2);
    b = i32x4.add(b, t1);
    f = i32x4.add(t1, T2(g, h, a));
    t1 = T1(b, c, d, e, t + 3);
    a = i32x4.add(a, t1);
    e = i32x4.add(t1, T2(f, g, h));
    t1 = T1(a, b, c, d, t + 4);
    h = i32x4.add(h, t1);
    d = i32x4.add(t1, T2(e, f, g));
    t1 = T1(h, a, b, c, t + 5);
    g = i32x4.add(g, t1);
    c = i32x4.add(t1, T2(d, e, f));
    t1 = T1(g, h, a, b, t + 6);
    f = i32x4.add(f, t1);
    b = i32x4.add(t1, T2(c, d, e));
    t1 = T1(f, g, h, a, t + 7);
    e = i32x4.add(e, t1);
    a = i32x4.add(t1, T2(b, c, d));
  }

  v128.store(SCHEDULE, i32x4.add(a, v128.load32_splat(from, 0)), 0);
  v128.store(SCHEDULE, i32x4.add(b, v128.load32_splat(from, 4)), 16);
  v128.store(SCHEDULE, i32x4.add(c, v128.load32_splat(from, 8)), 32);
  v128.store(SCHEDULE, i32x4.add(d, v128.load32_splat(from, 12)), 48);
  v128.store(SCHEDULE, i32x4.add(e, v128.load32_splat(from, 16)), 64);
  v128.store(SCHEDULE, i32x4.add(f, v128.load32_splat(from, 20)), 80);
  v128.store(SCHEDULE, i32x4.add(g, v128.load32_splat(from, 24)), 96);
  v128.store(SCHEDULE, i32x4.add(h, v128.load32_splat(from, 28)), 112);
}
