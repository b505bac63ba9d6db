/** The scalar build. Exports the same list as index.simd.ts. */

import { encodeDigest, encodeNonce } from './base64';
import { HEAD, HEAD_LENGTH, TAIL, TAIL_DIGEST, TAIL_NONCE, prepare, tailLength, touch } from './header';
import { endHash, padDigest } from './hmac';
import { BLOCK, DIGEST, INPUT, OUTPUT, SLOT_ID, SLOT_ID_LENGTH, SLOT_OUTER, STATE, chained } from './layout';
import { compress } from './sha256';

export { beginHash, beginMac, endHash, endMac, release, reserve, setKey, update, wipeScratch } from './hmac';
export { setId } from './header';

/** Copies by 8 B; may write up to 7 B behind the end, where the next piece comes. */
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += 8) store<u64>(to + at, load<u64>(from + at));
}

/** DIGEST := the digest of a slot's header. */
function compute(slot: usize, nonce: usize): void {
  store<u64>(BLOCK, load<u64>(nonce));
  store<u64>(BLOCK, load<u64>(nonce, 8), 8);
  compress(slot, BLOCK, STATE);
  endHash();
  copy(INPUT, DIGEST, 32);
  padDigest(INPUT);
  compress(slot + SLOT_OUTER, INPUT, STATE);
  endHash();
}

/**
 * Makes `count` (1 to 64) headers into OUTPUT: of the slots in CHAIN, with the nonces from `nonces` on, for a time in ms.
 * Returns their length.
 */
export function headers(count: i32, nonces: usize, timestamp: f64): usize {
  touch(count);
  prepare(timestamp);
  let to = OUTPUT;
  for (let i = 0; i < count; i++, nonces += 16) {
    const slot = chained(i);
    compute(slot, nonces);
    copy(to, HEAD, HEAD_LENGTH);
    to += HEAD_LENGTH;
    const idLength = <usize>load<u8>(slot, SLOT_ID_LENGTH);
    copy(to, slot + SLOT_ID, idLength);
    to += idLength;
    copy(to, TAIL, tailLength);
    encodeDigest(DIGEST, to + TAIL_DIGEST);
    encodeNonce(nonces, to + TAIL_NONCE);
    to += tailLength;
  }
  return to - OUTPUT;
}

/** The same, but of each header only digest and nonce, as layout.ts draws them. Returns their length. */
export function digests(count: i32, nonces: usize, timestamp: f64): usize {
  touch(count);
  prepare(timestamp);
  let to = OUTPUT;
  for (let i = 0; i < count; i++, nonces += 16) {
    compute(chained(i), nonces);
    copy(to, DIGEST, 32);
    store<u64>(to, load<u64>(nonces), 33);
    store<u64>(to, load<u64>(nonces, 8), 41);
    store<u8>(to, 0, 32);
    store<u16>(to, 0, 49);
    to += 51;
  }
  return to - OUTPUT;
}
