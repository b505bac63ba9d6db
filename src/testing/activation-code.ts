/**
 * Generates activation codes.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** CRC-16/ARC. */
function crc16(bytes: Buffer): number {
  return bytes.reduce((start, byte) => {
    let crc = start ^ byte;
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
    return crc;
  }, 0);
}

/** A fresh code, `AAAAA-BBBBB-CCCCC-DDDDD`. */
export function generateActivationCode(): string {
  const random = randomBytes(10);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16BE(crc16(random));
  const bits = [...random, ...checksum, 0].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const characters = Array.from({ length: 20 }, (_, i) =>
    ALPHABET.charAt(Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)),
  );
  return characters.join('').replace(/.{5}(?=.)/g, '$&-');
}
