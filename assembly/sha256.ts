/** SHA-256 compression of one block, FIPS 180-4 section 6.2.2, with its letters. */

import { K } from './constants';
import { SCHEDULE } from './layout';

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

/**
 * `to` := the hash value after `from` and a block.
 *
 * @param from 8 words
 * @param block 64 B, big-endian words
 * @param to 8 words; may be `from`
 */
export function compress(from: usize, block: usize, to: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(SCHEDULE + t, bswap(load<u32>(block + t)));
  for (let t: usize = SCHEDULE + 64; t < SCHEDULE + 256; t += 4) {
    store<u32>(
      t,
      sigma1(load<u32>(t - 8)) + load<u32>(t - 28) + sigma0(load<u32>(t - 60)) + load<u32>(t - 64),
    );
  }

  let a = load<u32>(from, 0);
  let b = load<u32>(from, 4);
  let c = load<u32>(from, 8);
  let d = load<u32>(from, 12);
  let e = load<u32>(from, 16);
  let f = load<u32>(from, 20);
  let g = load<u32>(from, 24);
  let h = load<u32>(from, 28);

  // Eight rounds at a time: after that each variable is back in its own place, and none has to be moved.
  for (let t: usize = 0; t < 256; t += 32) {
    let t1 = T1(e, f, g, h, t);
    d += t1;
    h = t1 + T2(a, b, c);
    t1 = T1(d, e, f, g, t + 4);
    c += t1;
    g = t1 + T2(h, a, b);
    t1 = T1(c, d, e, f, t + 8);
    b += t1;
    f = t1 + T2(g, h, a);
    t1 = T1(b, c, d, e, t + 12);
    a += t1;
    e = t1 + T2(f, g, h);
    t1 = T1(a, b, c, d, t + 16);
    h += t1;
    d = t1 + T2(e, f, g);
    t1 = T1(h, a, b, c, t + 20);
    g += t1;
    c = t1 + T2(d, e, f);
    t1 = T1(g, h, a, b, t + 24);
    f += t1;
    b = t1 + T2(c, d, e);
    t1 = T1(f, g, h, a, t + 28);
    e += t1;
    a = t1 + T2(b, c, d);
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
