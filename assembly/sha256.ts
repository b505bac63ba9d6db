/** SHA-256 compression of one block, FIPS 180-4 section 6.2.2, with its letters. */

import { K } from './constants';
import { SCHEDULE } from './layout';
import { expandOne4 } from './schedule.simd';

// @ts-ignore: decorator
@inline
function Sigma0(x: u32): u32 {
  return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
}

// @ts-ignore: decorator
@inline
function Sigma1(x: u32): u32 {
  return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25);
}

// @ts-ignore: decorator
@inline
export function sigma0(x: u32): u32 {
  return rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3);
}

// @ts-ignore: decorator
@inline
export function sigma1(x: u32): u32 {
  return rotr(x, 17) ^ rotr(x, 19) ^ (x >> 10);
}

// @ts-ignore: decorator
@inline
function Ch(x: u32, y: u32, z: u32): u32 {
  return z ^ (x & (y ^ z));
}

// @ts-ignore: decorator
@inline
function Maj(x: u32, y: u32, z: u32): u32 {
  return (x & (y | z)) | (y & z);
}

/** T1 of the round at byte offset `t` of K and W. */
// @ts-ignore: decorator
@inline
function T1(e: u32, f: u32, g: u32, h: u32, t: usize): u32 {
  return h + Sigma1(e) + Ch(e, f, g) + load<u32>(K + t) + load<u32>(SCHEDULE + t);
}

// @ts-ignore: decorator
@inline
function T2(a: u32, b: u32, c: u32): u32 {
  return Sigma0(a) + Maj(a, b, c);
}

/** SCHEDULE := W(0..63), of which W(0..15) are there. */
export function expandOne(): void {
  if (ASC_FEATURE_SIMD) return expandOne4();
  for (let t: usize = SCHEDULE + 64; t < SCHEDULE + 256; t += 4) {
    store<u32>(
      t,
      sigma1(load<u32>(t - 8)) + load<u32>(t - 28) + sigma0(load<u32>(t - 60)) + load<u32>(t - 64),
    );
  }
}

/**
 * `to` := the hash value after `from` and a block.
 *
 * @param from 8 words
 * @param block 64 B, big-endian words
 * @param to 8 words; may be `from`
 */
export function compress(from: usize, block: usize, to: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(SCHEDULE + t, bswap(load<u32>(block + t)));
  expandOne();
  rounds(from, to);
}

/** `to` := the hash value after `from` and the block whose W(0..63) are in SCHEDULE. */
export function rounds(from: usize, to: usize): void {
  let a = load<u32>(from, 0);
  let b = load<u32>(from, 4);
  let c = load<u32>(from, 8);
  let d = load<u32>(from, 12);
  let e = load<u32>(from, 16);
  let f = load<u32>(from, 20);
  let g = load<u32>(from, 24);
  let h = load<u32>(from, 28);

  // Round by round: processors rename their registers, so moving the variables costs nothing.
  for (let t: usize = 0; t < 256; t += 4) {
    const t1 = T1(e, f, g, h, t);
    const t2 = T2(a, b, c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }

  store<u32>(to, load<u32>(from, 0) + a, 0);
  store<u32>(to, load<u32>(from, 4) + b, 4);
  store<u32>(to, load<u32>(from, 8) + c, 8);
  store<u32>(to, load<u32>(from, 12) + d, 12);
  store<u32>(to, load<u32>(from, 16) + e, 16);
  store<u32>(to, load<u32>(from, 20) + f, 20);
  store<u32>(to, load<u32>(from, 24) + g, 24);
  store<u32>(to, load<u32>(from, 28) + h, 28);
}
