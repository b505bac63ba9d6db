/**
 * HMAC-SHA-256 (RFC 2104) over key slots. A slot keeps the hash values after the blocks key ⊕ ipad and key ⊕ opad, so a
 * short message costs two compressions instead of four, and the key itself needn't be kept.
 */

import { INITIAL_HASH } from './constants';
import { forgetTime } from './header';
import { DIGEST, INPUT, SCRATCH_END, SLOT_OUTER, SLOT_SIZE, STATE, slotAt } from './layout';
import { compress } from './sha256';

/** Grows the memory, if necessary, so that it contains `slot`. Returns false if the host provides no more. */
export function reserve(slot: u32): bool {
  const missing = <i32>((slotAt(slot + 1) + 0xffff) >> 16) - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

/** INPUT holds a key of 64 B (RFC 2104's K, shorter ones filled with zeros): its midstates go to the slot, and it is wiped. */
export function setKey(slot: u32): void {
  const at = slotAt(slot);
  xorInput(0x36363636);
  compress(INITIAL_HASH, INPUT, at);
  xorInput(0x36363636 ^ 0x5c5c5c5c);
  compress(INITIAL_HASH, INPUT, at + SLOT_OUTER);
  wipeScratch();
}

function xorInput(pad: u32): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(INPUT + i, load<u32>(INPUT + i) ^ pad);
}

/** Overwrites a slot, and everything that the last calls left elsewhere, with zeros. */
export function release(slot: u32): void {
  memory.fill(slotAt(slot), 0, SLOT_SIZE);
  wipeScratch();
}

/** Overwrites everything that secrets pass through with zeros. */
export function wipeScratch(): void {
  memory.fill(INPUT, 0, SCRATCH_END - INPUT);
  forgetTime();
}

/** STATE := the initial state of a plain SHA-256. */
export function beginHash(): void {
  memory.copy(STATE, INITIAL_HASH, 32);
}

/** STATE := the initial state of the inner hash of a slot's HMAC. */
export function beginMac(slot: u32): void {
  memory.copy(STATE, slotAt(slot), 32);
}

/** Absorbs `count` blocks of INPUT, 64 B each, the last one including the padding. */
export function update(count: i32): void {
  for (let i = 0; i < count; i++) compress(STATE, INPUT + <usize>(i << 6), STATE);
}

/** DIGEST := the hash in STATE. */
export function endHash(): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(DIGEST + i, bswap(load<u32>(STATE + i)));
}

/** DIGEST := the HMAC whose inner hash is in STATE. */
export function endMac(slot: u32): void {
  endHash();
  memory.copy(INPUT, DIGEST, 32);
  padDigest(INPUT);
  compress(slotAt(slot) + SLOT_OUTER, INPUT, STATE);
  endHash();
}

/** Completes a block that begins with a digest of 32 B and is the second one of its message. */
export function padDigest(block: usize): void {
  memory.fill(block + 32, 0, 32);
  store<u8>(block, 0x80, 32);
  store<u32>(block, bswap((64 + 32) << 3), 60);
}
