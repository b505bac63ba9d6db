/**
 * The memory map. One page is 65 536 B.
 *
 * ```
 *      0  INPUT     4096 B  key block, message blocks or a token identifier, written by the caller
 *   4096  STATE       32 B  H(0..7) of a hash in progress
 *   4160  SCHEDULE   256 B  W(0..63)
 *   5184  INNER     1024 B  W(0..63) of the inner blocks of four lanes, 16 B a word
 *   6208  OUTER     1024 B  the same of the outer blocks
 *   7232  STATES     128 B  H(0..7) that four lanes begin with, 16 B a word
 *   7360  DIGEST     128 B  big-endian digests, 32 B a lane
 *   7488  BLOCK       64 B  the header's message block: nonce, tail text, padding, length
 *   7552  DIGITS      32 B  a timestamp's digits end at +16; zeros behind
 *   7584  FOLDED      64 B  constants of the inner message schedule: see message.simd.ts
 *   7936  CHAIN      256 B  slot numbers of the headers wanted, 4 B each, written by the caller
 *   8192  OUTPUT   14 400 B headers, one behind the other; a vector may reach 64 B behind the last
 *  24576  NONCES  16 384 B  random bytes in stock, 16 B a header, written by the caller; lanes without a header may read 48 B behind
 *  41024  constants (K of SHA-256, the Base64 alphabet, the header's text), placed by the compiler
 *  65536  SLOTS     128 B each:
 *           +0   H(0..7) after the block key ⊕ ipad, 8 words
 *          +32   H(0..7) after the block key ⊕ opad, 8 words
 *          +64   token identifier, ASCII, up to 63 B
 *         +127   its length, 1 B
 * ```
 *
 * For a caller that encodes them itself, OUTPUT holds 51 B for each header, so the Base64 of all of them contains that
 * of each:
 *
 * ```
 *  +0  digest 32 B   +32  0   +33  nonce 16 B   +49  0 0
 * ```
 *
 * Another kind of key (`KEY_KINDS` of src/hot-path/types.ts) has separate slots: a table beside SLOTS, or several of
 * these.
 *
 * Nothing is ever allocated; memory grows by whole pages if a slot is beyond its end.
 */

export const INPUT: usize = 0;
export const STATE: usize = 4096;
export const SCHEDULE: usize = 4160;
export const INNER: usize = 5184;
export const OUTER: usize = 6208;
export const STATES: usize = 7232;
export const DIGEST: usize = 7360;
export const BLOCK: usize = 7488;
export const DIGITS: usize = 7552;
export const FOLDED: usize = 7584;
export const CHAIN: usize = 7936;
export const OUTPUT: usize = 8192;
export const SLOTS: usize = 65536;

export const SLOT_SIZE: usize = 128;
export const SLOT_OUTER: usize = 32;
export const SLOT_ID: usize = 64;
export const SLOT_ID_LENGTH: usize = 127;

/** End of the memory in which a call may leave secrets; see wipeScratch. */
export const SCRATCH_END: usize = BLOCK;

/** Address of a slot. */
// @ts-ignore: decorator
@inline
export function slotAt(slot: u32): usize {
  return SLOTS + <usize>slot * SLOT_SIZE;
}

/** Address of the slot of header `index` in CHAIN. */
// @ts-ignore: decorator
@inline
export function chained(index: i32): usize {
  return slotAt(load<u32>(CHAIN + (<usize>index << 2)));
}
