/** The scalar build. Exports the same list as index.simd.ts. */

import { BLOCK, DIGEST, INPUT, NONCES, OUTPUT, SLOT_OUTER, STATE, TEMPLATE, slotAt } from './layout';
import { encodeDigest, encodeNonce } from './base64';
import { NONCE_OFFSET, digestOffset, prepare } from './header';
import { endHash, padDigest } from './hmac';
import { compress } from './sha256';

export { beginHash, beginMac, endHash, endMac, release, reserve, setKey, update, wipeScratch } from './hmac';
export { setId } from './header';

/**
 * Makes `count` (1 to 64) headers of a slot into OUTPUT, with the nonces in NONCES and the timestamp's `digits` in INPUT.
 * Returns the length of one.
 */
export function headers(slot: i32, count: i32, digits: i32): usize {
  const length = prepare(slot, digits);
  const digestAt = digestOffset(slot);
  for (let i = 0; i < count; i++) {
    const nonce = NONCES + <usize>(i << 4);
    memory.copy(BLOCK, nonce, 16);
    compress(slotAt(slot), BLOCK, STATE);
    endHash();
    memory.copy(INPUT, DIGEST, 32);
    padDigest(INPUT);
    compress(slotAt(slot) + SLOT_OUTER, INPUT, STATE);
    endHash();
    const to = OUTPUT + <usize>i * length;
    memory.copy(to, TEMPLATE, length);
    encodeDigest(DIGEST, to + digestAt);
    encodeNonce(nonce, to + digestAt + NONCE_OFFSET);
  }
  return length;
}
