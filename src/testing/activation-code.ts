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

const FORM = /^(?:[A-Z2-7]{5}-){3}[A-Z2-7]{5}$/;

/** Whether a text is a code: its form and its checksum. */
export function isActivationCode(text: string): boolean {
  if (!FORM.test(text)) return false;
  const bits = Array.from(text.replaceAll('-', ''))
    .map((it) => ALPHABET.indexOf(it).toString(2).padStart(5, '0'))
    .join('');
  const bytes = Buffer.from(
    Array.from({ length: 10 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2)),
  );
  return encode(bytes) === text;
}

/** A fresh code, `AAAAA-BBBBB-CCCCC-DDDDD`. */
export const generateActivationCode = (): string => encode(randomBytes(10));

function encode(random: Buffer): string {
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16BE(crc16(random));
  const bits = [...random, ...checksum, 0].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const characters = Array.from({ length: 20 }, (_, i) =>
    ALPHABET.charAt(Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)),
  );
  return characters.join('').replace(/.{5}(?=.)/g, '$&-');
}
