/**
 * Activation codes (protocol 3.3, "Activation").
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { ecdsaVerify, type Point } from './keys.ts';

/** A code and, if it was scanned, its signature. */
export interface ParsedActivationCode {
  /** `AAAAA-BBBBB-CCCCC-DDDDD` */
  readonly activationCode: string;
  /** Base64 of a DER signature. */
  readonly activationSignature?: string;
}

/** CRC-16/ARC: polynomial x^16 + x^15 + x^2 + 1, reflected, zero start. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xa001;
  }
  return crc;
}

/**
 * Whether this is `AAAAA-BBBBB-CCCCC-DDDDD` in Base32, with the right checksum. The four leftover bits must be zero, as
 * every server sets them. So each wrong character and each swap of neighbours is found.
 */
export function validateActivationCode(code: string): boolean {
  if (!/^[A-Z2-7]{5}(-[A-Z2-7]{5}){3}$/.test(code)) return false;
  // Base32 (RFC 4648 section 6): 20 characters are 12 bytes and 4 bits.
  const digits = Array.from(code.replaceAll('-', ''), (character) => BASE32.indexOf(character));
  const number = digits.reduce((sum, digit) => sum * 32n + BigInt(digit), 0n);
  const bytes = Uint8Array.from({ length: 12 }, (_, i) => Number((number >> BigInt(92 - 8 * i)) & 255n));
  return number % 16n === 0n && crc16(bytes.subarray(0, 10)) === (((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0));
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Whether this is Base64 of one byte or more, ignoring leftover bits. This doesn't check that it is a signature. */
function hasBase64Form(text: string): boolean {
  return text !== '' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}

/**
 * Parses a code.
 *
 * @param text `AAAAA-BBBBB-CCCCC-DDDDD`, or the same with `#` and Base64 of its signature
 * @throws INVALID_ACTIVATION_CODE
 */
export function parseActivationCode(text: string): ParsedActivationCode {
  const [activationCode = '', activationSignature, ...rest] = text.split('#');
  const signatureIsGood = activationSignature === undefined || hasBase64Form(activationSignature);
  if (rest.length > 0 || !signatureIsGood || !validateActivationCode(activationCode)) {
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_CODE,
      'activationCode: expected 4 groups of 5 Base32 characters with their checksum, with or without # and a signature; got something else',
    );
  }
  return activationSignature === undefined ? { activationCode } : { activationCode, activationSignature };
}

const RECOVERY_PREFIX = 'R:';

/**
 * The code without the prefix that it has in QR codes.
 *
 * @param text `AAAAA-BBBBB-CCCCC-DDDDD`, with or without `R:`
 * @throws INVALID_RECOVERY_CODE
 */
export function parseRecoveryCode(text: string): string {
  const code = text.startsWith(RECOVERY_PREFIX) ? text.slice(RECOVERY_PREFIX.length) : text;
  if (!validateActivationCode(code)) {
    throw failure(
      PowerAuthErrorCode.INVALID_RECOVERY_CODE,
      'recoveryCode: expected 4 groups of 5 Base32 characters with their checksum, with or without R: before them; got something else',
    );
  }
  return code;
}

/** Whether this is a recovery code, with or without `R:`. */
export function validateRecoveryCode(text: string): boolean {
  return validateActivationCode(text.startsWith(RECOVERY_PREFIX) ? text.slice(RECOVERY_PREFIX.length) : text);
}

/** Whether this is a PUK: 10 digits. */
export function validateRecoveryPuk(puk: string): boolean {
  return /^[0-9]{10}$/.test(puk);
}

/** Whether a code point may occur in a code: `A` to `Z`, `2` to `7`. */
export function validateTypedCharacter(character: number): boolean {
  return correctTypedCharacter(character) === character;
}

/**
 * Corrects a typed code point: capitals for small letters, the letters `O` and `I` for the digits 0 and 1. Returns
 * undefined if no character of the alphabet can have been meant.
 */
export function correctTypedCharacter(character: number): number | undefined {
  const isCodePoint = Number.isInteger(character) && character >= 0 && character < 0x80;
  const typed = isCodePoint ? String.fromCodePoint(character) : '';
  const meant = typed === '0' ? 'O' : typed === '1' ? 'I' : typed.toUpperCase();
  return /^[A-Z2-7]$/.test(meant) ? meant.codePointAt(0) : undefined;
}

/** Whether the master server key signed this code. */
export async function verifyActivationCodeSignature(
  activationCode: string,
  activationSignature: string,
  masterServerPublicKey: Point,
): Promise<boolean> {
  const signature = base64Decode(activationSignature);
  return signature !== undefined && ecdsaVerify(masterServerPublicKey, utf8(activationCode), signature);
}
