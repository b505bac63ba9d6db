/** The build with four lanes. Exports the same list as index.ts. */

import { BLOCK, DIGEST, NONCES, OUTPUT, SCHEDULE, SLOT_OUTER, TEMPLATE, slotAt } from './layout';
import { encodeDigest, encodeNonce } from './base64.simd';
import { BEHIND_DIGEST, NONCE_OFFSET, digestOffset, prepare } from './header';
import { compress4 } from './sha256x4';

export { beginHash, beginMac, endHash, endMac, release, reserve, setKey, update, wipeScratch } from './hmac';
export { setId } from './header';

/** The bytes of each of four words in the other order. */
// @ts-ignore: decorator
@inline
function bswap4(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Writes the rows `r0..r3`, four words each, as columns. */
// @ts-ignore: decorator
@inline
function storeTransposed(to: usize, stride: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const a = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const b = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const c = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const d = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(a, b, 0, 2));
  v128.store(to + stride, i64x2.shuffle(a, b, 1, 3));
  v128.store(to + 2 * stride, i64x2.shuffle(c, d, 0, 2));
  v128.store(to + 3 * stride, i64x2.shuffle(c, d, 1, 3));
}

/** W(0..15) := four message blocks, which differ in their nonces alone. */
function loadMessages(nonces: usize): void {
  storeTransposed(
    SCHEDULE,
    16,
    bswap4(v128.load(nonces)),
    bswap4(v128.load(nonces, 16)),
    bswap4(v128.load(nonces, 32)),
    bswap4(v128.load(nonces, 48)),
  );
  for (let t: usize = 16; t < 64; t += 4) {
    v128.store(SCHEDULE + (t << 2), i32x4.splat(bswap(load<u32>(BLOCK + t))));
  }
}

/** W(8..15) := padding behind the inner hashes, which are in W(0..7) already. */
function padDigests(): void {
  v128.store(SCHEDULE, i32x4.splat(0x80000000), 128);
  for (let t: usize = 144; t < 240; t += 16) v128.store(SCHEDULE + t, i32x4.splat(0));
  v128.store(SCHEDULE, i32x4.splat((64 + 32) << 3), 240);
}

/** DIGEST := the four hashes in W(0..7), 32 B each. */
function storeDigests(): void {
  for (let half: usize = 0; half < 2; half++) {
    const from = SCHEDULE + (half << 6);
    storeTransposed(
      DIGEST + (half << 4),
      32,
      bswap4(v128.load(from)),
      bswap4(v128.load(from, 16)),
      bswap4(v128.load(from, 32)),
      bswap4(v128.load(from, 48)),
    );
  }
}

/** Writes one header, with the digest of a lane. May write up to 16 B behind it, where the next header comes, or nothing. */
// @ts-ignore: decorator
@inline
function write(to: usize, length: usize, digestAt: usize, lane: usize, nonce: usize): void {
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(TEMPLATE + at));
  encodeDigest(DIGEST + (lane << 5), to + digestAt);
  store<u32>(to + digestAt, BEHIND_DIGEST, 44);
  encodeNonce(nonce, to + digestAt + NONCE_OFFSET);
}

/**
 * Makes `count` (1 to 64) headers of a slot into OUTPUT, with the nonces in NONCES and the timestamp's `digits` in INPUT.
 * Returns the length of one. Four are made at a time; lanes without a header are computed and dropped.
 */
export function headers(slot: i32, count: i32, digits: i32): usize {
  const length = prepare(slot, digits);
  const digestAt = digestOffset(slot);
  for (let i = 0; i < count; i += 4) {
    loadMessages(NONCES + <usize>(i << 4));
    compress4(slotAt(slot));
    padDigests();
    compress4(slotAt(slot) + SLOT_OUTER);
    storeDigests();
    const lanes = min(4, count - i);
    for (let lane = 0; lane < lanes; lane++) {
      write(OUTPUT + <usize>(i + lane) * length, length, digestAt, <usize>lane, NONCES + <usize>((i + lane) << 4));
    }
  }
  return length;
}
