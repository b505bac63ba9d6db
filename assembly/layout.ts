/**
 * The memory map. One page is 65 536 B.
 *
 * ```
 *      0  INPUT     4096 B  key block, message blocks, or timestamp digits, written by the caller
 *   4096  STATE       32 B  H(0..7) of a hash under way
 *   4160  SCHEDULE  1024 B  W(0..63); with four lanes 16 B a word
 *   5184  BLOCK       64 B  the header's message block without its nonce: tail text, padding, length
 *   5248  DIGEST     128 B  big-endian digests, 32 B a lane
 *   5376  TEMPLATE   256 B  the header's text with blanks for digest and nonce
 *   5632  NONCES    1024 B  16 B a header, written by the caller
 *   6656  OUTPUT   16400 B  headers, one behind the other; a vector may reach 16 B behind the last
 *  32768  constants (K of SHA-256, the Base64 alphabet), placed by the compiler
 *  65536  SLOTS     128 B each:
 *           +0   H(0..7) after the block key ⊕ ipad, 8 words
 *          +32   H(0..7) after the block key ⊕ opad, 8 words
 *          +64   length of the token identifier, 1 B
 *          +65   token identifier, ASCII, up to 63 B
 * ```
 *
 * Nothing is ever allocated; memory grows by whole pages when a slot lies beyond its end.
 */

export const INPUT: usize = 0;
export const STATE: usize = 4096;
export const SCHEDULE: usize = 4160;
export const BLOCK: usize = 5184;
export const DIGEST: usize = 5248;
export const TEMPLATE: usize = 5376;
export const NONCES: usize = 5632;
export const OUTPUT: usize = 6656;
export const SLOTS: usize = 65536;

export const SLOT_SIZE: usize = 128;
export const SLOT_OUTER: usize = 32;
export const SLOT_ID_LENGTH: usize = 64;
export const SLOT_ID: usize = 65;

/** End of what a call may leave secrets in; see wipeScratch. */
export const SCRATCH_END: usize = TEMPLATE;

/** Address of a slot. */
// @ts-ignore: decorator
@inline
export function slotAt(slot: i32): usize {
  return SLOTS + <usize>slot * SLOT_SIZE;
}
