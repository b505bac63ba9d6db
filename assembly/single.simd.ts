/**
 * One header alone. Four lanes would compute three that nobody wants; scalar rounds of one take three quarters of the
 * time. Its inner message schedule doesn't depend on the key, so those of four nonces in stock are computed at once.
 */

import { endHash } from './hmac';
import { INNER, SCHEDULE, SLOT_OUTER, STATE } from './layout';
import { inner } from './message.simd';
import { expandOne, rounds } from './sha256';

/** Whether W(0..3) of a lane of INNER are this nonce. */
// @ts-ignore: decorator
@inline
function isOf(lane: usize, nonce: usize): bool {
  let differs: u32 = 0;
  for (let t: usize = 0; t < 4; t++) differs |= bswap(load<u32>(nonce + (t << 2))) ^ load<u32>(lane + (t << 4));
  return differs == 0;
}

/**
 * DIGEST := the digest of a slot's header.
 *
 * @param isNewTime whether INNER is of another time
 */
export function computeOne(slot: usize, nonce: usize, isNewTime: bool): void {
  // NONCES begins with a whole group of four.
  const lane = INNER + ((nonce & 63) >> 2);
  if (isNewTime || !isOf(lane, nonce)) inner(nonce & ~63);
  for (let t: usize = 0; t < 64; t++) store<u32>(SCHEDULE + (t << 2), load<u32>(lane + (t << 4)));
  rounds(slot, STATE);
  v128.store(SCHEDULE, v128.load(STATE));
  v128.store(SCHEDULE, v128.load(STATE, 16), 16);
  v128.store(SCHEDULE, i32x4(0x80000000, 0, 0, 0), 32);
  v128.store(SCHEDULE, i32x4(0, 0, 0, 768), 48);
  expandOne();
  rounds(slot + SLOT_OUTER, STATE);
  endHash();
}
