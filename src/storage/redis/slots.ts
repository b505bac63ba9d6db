/**
 * The hash slots of Redis Cluster.
 *
 * @module
 */

/** The number of slots. */
const SLOTS = 16_384;

/** CRC16 as Redis Cluster uses it (XMODEM: polynomial 0x1021, starting with 0). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}

/** The slot of all keys and channels with this hash tag (the text between the braces, in ASCII). */
export function slotOf(tag: string): number {
  return crc16(Buffer.from(tag, 'latin1')) % SLOTS;
}
