/**
 * Activation codes (protocol 3.3, "Activation").
 *
 * @module
 */

import { base32 } from '@scure/base';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { ecdsaVerify } from './keys.ts';

/** A code and, where it was scanned, the signature that came with it. */
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

/** Whether this is `AAAAA-BBBBB-CCCCC-DDDDD` in Base32, with the right checksum. */
export function validateActivationCode(code: string): boolean {
  if (!/^[A-Z2-7]{5}(-[A-Z2-7]{5}){3}$/.test(code)) return false;
  let bytes: Uint8Array;
  try {
    // 20 characters are 12 B and 4 bits; 4 `A`s make them whole bytes, and must have been zero bits.
    bytes = base32.decode(`${code.replaceAll('-', '')}AAAA`);
  } catch {
    return false;
  }
  return bytes[12] === 0 && crc16(bytes.subarray(0, 10)) === (((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0));
}

/**
 * Takes a code apart.
 *
 * @param text `AAAAA-BBBBB-CCCCC-DDDDD`, or the same with `#` and Base64 of its signature
 * @throws INVALID_ACTIVATION_CODE
 */
export function parseActivationCode(text: string): ParsedActivationCode {
  const [activationCode = '', activationSignature, ...rest] = text.split('#');
  const signatureIsGood =
    activationSignature === undefined || (base64Decode(activationSignature)?.length ?? 0) > 0;
  if (rest.length > 0 || !signatureIsGood || !validateActivationCode(activationCode)) {
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_CODE,
      'activationCode: expected 4 groups of 5 Base32 characters with their checksum, with or without # and a signature; got something else',
    );
  }
  return activationSignature === undefined ? { activationCode } : { activationCode, activationSignature };
}

/** Whether the master server key signed this code. */
export function verifyActivationCodeSignature(
  activationCode: string,
  activationSignature: string,
  masterServerPublicKey: Uint8Array,
): boolean {
  const signature = base64Decode(activationSignature);
  return signature !== undefined && ecdsaVerify(masterServerPublicKey, utf8(activationCode), signature);
}
