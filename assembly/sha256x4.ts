/**
 * SHA-256 compression of four blocks at once, one per lane: FIPS 180-4 section 6.2.2, each operation on four words.
 * Message words come from message.simd.ts; see sha256.ts for one block.
 */

import { K } from './constants';
import { STATES } from './layout';
import { rotr4, sigma0, sigma1, storeTransposed } from './lanes.simd';

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
function Ch(x: v128, y: v128, z: v128): v128 {
  return v128.xor(z, v128.and(x, v128.xor(y, z)));
}

/** Maj(x, y, z), from x ⊕ y and y ⊕ z: the first of a round is the second of the next one. */
// @ts-ignore: decorator
@inline
function Maj(xy: v128, y: v128, yz: v128): v128 {
  return v128.xor(v128.and(xy, yz), y);
}

// @ts-ignore: decorator
@inline
function add(x: v128, y: v128): v128 {
  return i32x4.add(x, y);
}

// @ts-ignore: decorator
@inline
function T1(e: v128, f: v128, g: v128, h: v128, kw: v128): v128 {
  return add(add(add(h, kw), Ch(e, f, g)), Sigma1(e));
}

/** STATES := H(0..7) at `offset` of four slots. */
export function loadStates(slot0: usize, slot1: usize, slot2: usize, slot3: usize): void {
  for (let half: usize = 0; half < 32; half += 16) {
    storeTransposed(
      STATES + (half << 2),
      16,
      v128.load(slot0 + half),
      v128.load(slot1 + half),
      v128.load(slot2 + half),
      v128.load(slot3 + half),
    );
  }
}

/** W(t) from the words before it, for t from `from` to `to`, both even. */
export function expand(w: usize, from: usize, to: usize): void {
  let even = v128.load(w + (from << 4) - 32);
  let odd = v128.load(w + (from << 4) - 16);
  for (let t = w + (from << 4) - 256, end = w + (to << 4) - 256; t < end; t += 32) {
    even = add(add(add(sigma0(v128.load(t, 16)), v128.load(t)), v128.load(t, 144)), sigma1(even));
    v128.store(t, even, 256);
    odd = add(add(add(sigma0(v128.load(t, 32)), v128.load(t, 16)), v128.load(t, 160)), sigma1(odd));
    v128.store(t, odd, 272);
  }
}

/**
 * Compresses four blocks from STATES, whose W(0..63) are at `w`. `to` gets the new hash values, H(0..7): where the next
 * message needs them, because the outer hash of HMAC covers the inner one.
 */
export function compress4(w: usize, to: usize): void {
  let a = v128.load(STATES);
  let b = v128.load(STATES, 16);
  let c = v128.load(STATES, 32);
  let d = v128.load(STATES, 48);
  let e = v128.load(STATES, 64);
  let f = v128.load(STATES, 80);
  let g = v128.load(STATES, 96);
  let h = v128.load(STATES, 112);
  let bc = v128.xor(b, c);

  // Round by round, not unrolled: more than one at a time needs more than the 16 registers that engines have.
  for (let k = K, end = K + 256; k < end; k += 4, w += 16) {
    const t1 = T1(e, f, g, h, add(v128.load32_splat(k), v128.load(w)));
    const ab = v128.xor(a, b);
    const t2 = add(Sigma0(a), Maj(ab, b, bc));
    h = g;
    g = f;
    f = e;
    e = add(d, t1);
    d = c;
    c = b;
    b = a;
    a = add(t1, t2);
    bc = ab;
  }

  v128.store(to, add(a, v128.load(STATES)), 0);
  v128.store(to, add(b, v128.load(STATES, 16)), 16);
  v128.store(to, add(c, v128.load(STATES, 32)), 32);
  v128.store(to, add(d, v128.load(STATES, 48)), 48);
  v128.store(to, add(e, v128.load(STATES, 64)), 64);
  v128.store(to, add(f, v128.load(STATES, 80)), 80);
  v128.store(to, add(g, v128.load(STATES, 96)), 96);
  v128.store(to, add(h, v128.load(STATES, 112)), 112);
}
