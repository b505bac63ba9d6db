/** The build with four lanes. Exports the same list as index.ts. */

import { encodeDigest, encodeNonce } from './base64.simd';
import { HEAD, HEAD_LENGTH, TAIL, TAIL_DIGEST, TAIL_NONCE, prepare, tailLength, touch } from './header';
import { bswap4, storeTransposed } from './lanes.simd';
import { DIGEST, INNER, OUTER, OUTPUT, SLOT_ID, SLOT_ID_LENGTH, SLOT_OUTER, STATES, chained } from './layout';
import { fold, inner, outer } from './message.simd';
import { compress4, loadStates } from './sha256x4';
import { computeOne } from './single.simd';

export { beginHash, beginMac, endHash, endMac, release, reserve, setKey, update, wipeScratch } from './hmac';
export { setId } from './header';

/** DIGEST := the four hashes in STATES, 32 B each. */
// @ts-ignore: decorator
@inline
function storeDigests(): void {
  for (let half: usize = 0; half < 2; half++) {
    const from = STATES + (half << 6);
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

/**
 * Writes the header of a slot in whole vectors: each overwrites the excess of the one before. Returns where it ends.
 */
// @ts-ignore: decorator
@inline
function write(to: usize, slot: usize, digest: usize, nonce: usize): usize {
  for (let at: usize = 0; at < 48; at += 16) v128.store(to + at, v128.load(HEAD + at));
  to += HEAD_LENGTH;
  const idLength = <usize>load<u8>(slot, SLOT_ID_LENGTH);
  for (let at: usize = 0; at < idLength; at += 16) v128.store(to + at, v128.load(slot + at, SLOT_ID));
  to += idLength;
  for (let at: usize = 0; at < 128; at += 16) v128.store(to + at, v128.load(TAIL + at));
  encodeDigest(v128.load(digest), v128.load(digest, 16), to + TAIL_DIGEST);
  encodeNonce(v128.load(nonce), to + TAIL_NONCE);
  return to + tailLength;
}

/** DIGEST := the digests of four headers, from `first` of the chain on. Lanes without a header are computed and dropped. */
function compute(first: i32, nonces: usize): void {
  const slot0 = chained(first);
  const slot1 = chained(first + 1);
  const slot2 = chained(first + 2);
  const slot3 = chained(first + 3);
  inner(nonces);
  loadStates(slot0, slot1, slot2, slot3);
  compress4(INNER, OUTER);
  outer();
  loadStates(slot0 + SLOT_OUTER, slot1 + SLOT_OUTER, slot2 + SLOT_OUTER, slot3 + SLOT_OUTER);
  compress4(OUTER, STATES);
  storeDigests();
}

/** Writes what differs between headers, as layout.ts draws it. Returns where it ends. */
// @ts-ignore: decorator
@inline
function writeDigest(to: usize, digest: usize, nonce: usize): usize {
  v128.store(to, v128.load(digest));
  v128.store(to, v128.load(digest, 16), 16);
  v128.store(to, v128.load(nonce), 33);
  store<u8>(to, 0, 32);
  store<u16>(to, 0, 49);
  return to + 51;
}

/** Makes headers into OUTPUT, or of each only digest and nonce. Returns their length. */
function make(count: i32, nonces: usize, timestamp: f64, isWhole: bool): usize {
  touch(count);
  const isNewTime = prepare(timestamp);
  if (isNewTime) fold();
  let to = OUTPUT;
  for (let i = 0; i < count; i += 4, nonces += 64) {
    if (count == 1) computeOne(chained(0), nonces, isNewTime);
    else compute(i, nonces);
    const lanes = min(4, count - i);
    for (let lane = 0; lane < lanes; lane++) {
      const digest = DIGEST + (<usize>lane << 5);
      const nonce = nonces + (<usize>lane << 4);
      to = isWhole ? write(to, chained(i + lane), digest, nonce) : writeDigest(to, digest, nonce);
    }
  }
  return to - OUTPUT;
}

/**
 * Makes `count` (1 to 64) headers into OUTPUT: of the slots in CHAIN, with the nonces from `nonces` on, for a time in ms.
 * Returns their length.
 */
export function headers(count: i32, nonces: usize, timestamp: f64): usize {
  return make(count, nonces, timestamp, true);
}

/** The same, but of each header only digest and nonce. Returns their length. */
export function digests(count: i32, nonces: usize, timestamp: f64): usize {
  return make(count, nonces, timestamp, false);
}
