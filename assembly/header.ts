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

import { BLOCK, DIGITS, INPUT, SCHEDULE, SLOT_ID, SLOT_ID_LENGTH, chained, slotAt } from './layout';

/** The text before the token identifier, and the bytes that a vector copies along with it. */
export const HEAD = memory.data<u8>([
  // PowerAuth version="3.3", token_id="
  80, 111, 119, 101, 114, 65, 117, 116, 104, 32, 118, 101, 114, 115, 105, 111, 110, 61, 34, 51, 46, 51, 34, 44, 32, 116,
  111, 107, 101, 110, 95, 105, 100, 61, 34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
], 16);
export const HEAD_LENGTH: usize = 35;

/** The text after it, with blanks for digest and nonce, and room for the timestamp. */
export const TAIL = memory.data<u8>([
  // ", token_digest="
  34, 44, 32, 116, 111, 107, 101, 110, 95, 100, 105, 103, 101, 115, 116, 61, 34,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
  // ", nonce="
  34, 44, 32, 110, 111, 110, 99, 101, 61, 34,
  32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
  // ", timestamp="
  34, 44, 32, 116, 105, 109, 101, 115, 116, 97, 109, 112, 61, 34,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
], 16);
export const TAIL_DIGEST: usize = 17;
export const TAIL_NONCE: usize = 71;
const TAIL_TIMESTAMP: usize = 109;

const AMPERSAND: u8 = 0x26;
const QUOTE: u8 = 0x22;

/** The time for which BLOCK, TAIL and the values folded from them were made, and the resulting length of TAIL. */
let prepared: f64 = -1;
export let tailLength: usize = 0;

/** INPUT holds an identifier of `length` characters: it goes to the slot. */
export function setId(slot: u32, length: i32): void {
  store<u8>(slotAt(slot), length, SLOT_ID_LENGTH);
  memory.copy(slotAt(slot) + SLOT_ID, INPUT, length);
}

/** DIGITS := the decimal digits of a whole number below 2^53. Returns their number. */
// @ts-ignore: decorator
@inline
function writeDigits(value: f64): usize {
  const high = <u32>(value / 1e8);
  let part = <u32>(value - <f64>high * 1e8);
  let at = DIGITS + 16;
  if (high != 0) {
    for (; at > DIGITS + 8; part /= 10) store<u8>(--at, 48 + (part % 10));
    part = high;
  }
  do {
    store<u8>(--at, 48 + (part % 10));
    part /= 10;
  } while (part != 0);
  return DIGITS + 16 - at;
}

/** Makes the next call compute everything again; call this after wiping a part of it. */
export function forgetTime(): void {
  prepared = -1;
}

/** Makes BLOCK, except its nonce, and TAIL for a time in ms. Returns whether they had to be made. */
export function prepare(timestamp: f64): bool {
  if (timestamp == prepared) return false;
  prepared = timestamp;
  const length = writeDigits(timestamp);
  const first = load<u64>(DIGITS + 16 - length);
  const second = load<u64>(DIGITS + 24 - length);

  for (let at = BLOCK + 32; at < BLOCK + 64; at += 8) store<u64>(at, 0);
  store<u8>(BLOCK, AMPERSAND, 16);
  store<u64>(BLOCK, first, 17);
  store<u64>(BLOCK, second, 25);
  store<u32>(BLOCK + length, 0x332e3326, 17); // &3.3
  store<u8>(BLOCK + length, 0x80, 21);
  store<u32>(BLOCK, bswap((64 + 21 + <u32>length) << 3), 60);

  store<u64>(TAIL, first, TAIL_TIMESTAMP);
  store<u64>(TAIL, second, TAIL_TIMESTAMP + 8);
  store<u8>(TAIL + length, QUOTE, TAIL_TIMESTAMP);
  tailLength = TAIL_TIMESTAMP + length + 1;
  return true;
}

/**
 * Reads the slots of the first `count` headers of the chain. Slots that lie far apart come from memory all at once then,
 * while the first ones are computed, instead of one after the other.
 */
export function touch(count: i32): void {
  let read: u32 = 0;
  for (let i = 0; i < count; i++) {
    const slot = chained(i);
    read |= <u32>load<u8>(slot) | <u32>load<u8>(slot, SLOT_ID_LENGTH);
  }
  store<u32>(SCHEDULE, read);
}
