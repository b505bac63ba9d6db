/**
 * The value of a token header:
 *
 * ```
 * PowerAuth version="3.3", token_id="…", token_digest="…", nonce="…", timestamp="…"
 * ```
 *
 * digest = HMAC-SHA-256(secret, nonce ‖ "&" ‖ timestamp ‖ "&3.3"): behind the block of the key one block of
 *
 * ```
 *  0  nonce 16 B   16  &   17  timestamp, n digits   17+n  &3.3   21+n  80 00 …   60  BE32(8·(64+21+n))
 * ```
 */

import { BLOCK, INPUT, SLOT_ID, SLOT_ID_LENGTH, TEMPLATE, slotAt } from './layout';

const BEFORE_ID = memory.data<u8>([
  // PowerAuth version="3.3", token_id="
  80, 111, 119, 101, 114, 65, 117, 116, 104, 32, 118, 101, 114, 115, 105, 111, 110, 61, 34, 51, 46, 51, 34, 44, 32, 116,
  111, 107, 101, 110, 95, 105, 100, 61, 34,
]);
const BEFORE_ID_LENGTH: usize = 35;
const BEFORE_DIGEST = memory.data<u8>([
  // ", token_digest="
  34, 44, 32, 116, 111, 107, 101, 110, 95, 100, 105, 103, 101, 115, 116, 61, 34,
]);
const BEFORE_DIGEST_LENGTH: usize = 17;
const BEFORE_NONCE = memory.data<u8>([
  // ", nonce="
  34, 44, 32, 110, 111, 110, 99, 101, 61, 34,
]);
const BEFORE_NONCE_LENGTH: usize = 10;
const BEFORE_TIMESTAMP = memory.data<u8>([
  // ", timestamp="
  34, 44, 32, 116, 105, 109, 101, 115, 116, 97, 109, 112, 61, 34,
]);
const BEFORE_TIMESTAMP_LENGTH: usize = 14;
const DIGEST_TEXT: usize = 44;
const NONCE_TEXT: usize = 24;

/** From the beginning of the digest's text to that of the nonce's. */
export const NONCE_OFFSET: usize = DIGEST_TEXT + BEFORE_NONCE_LENGTH;
/** What stands between them, as far as encodeDigest may have overwritten it: `", n`. */
export const BEHIND_DIGEST: u32 = 0x6e202c22;

const AMPERSAND: u8 = 0x26;
const QUOTE: u8 = 0x22;

/** Where the digest's text begins in a slot's header. */
// @ts-ignore: decorator
@inline
export function digestOffset(slot: i32): usize {
  return BEFORE_ID_LENGTH + <usize>load<u8>(slotAt(slot), SLOT_ID_LENGTH) + BEFORE_DIGEST_LENGTH;
}

/** INPUT holds an identifier of `length` characters: it goes to the slot. */
export function setId(slot: i32, length: i32): void {
  store<u8>(slotAt(slot), length, SLOT_ID_LENGTH);
  memory.copy(slotAt(slot) + SLOT_ID, INPUT, length);
}

/** INPUT holds the `digits` of a timestamp: makes BLOCK and TEMPLATE for them. Returns the header's length. */
export function prepare(slot: i32, digits: i32): usize {
  memory.fill(BLOCK, 0, 64);
  store<u8>(BLOCK, AMPERSAND, 16);
  memory.copy(BLOCK + 17, INPUT, digits);
  const behind = BLOCK + 17 + <usize>digits;
  store<u32>(behind, 0x332e3326); // &3.3
  store<u8>(behind, 0x80, 4);
  store<u32>(BLOCK, bswap<u32>((64 + 21 + digits) << 3), 60);

  const idLength = <usize>load<u8>(slotAt(slot), SLOT_ID_LENGTH);
  let to = TEMPLATE;
  memory.copy(to, BEFORE_ID, BEFORE_ID_LENGTH);
  to += BEFORE_ID_LENGTH;
  memory.copy(to, slotAt(slot) + SLOT_ID, idLength);
  to += idLength;
  memory.copy(to, BEFORE_DIGEST, BEFORE_DIGEST_LENGTH);
  to += BEFORE_DIGEST_LENGTH + DIGEST_TEXT;
  memory.copy(to, BEFORE_NONCE, BEFORE_NONCE_LENGTH);
  to += BEFORE_NONCE_LENGTH + NONCE_TEXT;
  memory.copy(to, BEFORE_TIMESTAMP, BEFORE_TIMESTAMP_LENGTH);
  to += BEFORE_TIMESTAMP_LENGTH;
  memory.copy(to, INPUT, digits);
  to += <usize>digits;
  store<u8>(to, QUOTE);
  return to + 1 - TEMPLATE;
}
