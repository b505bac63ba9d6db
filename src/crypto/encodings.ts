/**
 * The encodings in DER (ITU-T X.690) that P-256 needs: signatures, strictly, and private keys in PKCS #8 (RFC 5208).
 *
 * @module
 */

import { concat, copySecret, hexDecode } from '../util/bytes.ts';
import { isPrivateKey } from './p256.ts';
import type { KeyPair } from './types.ts';

const SEQUENCE = 0x30;
const INTEGER = 2;

/**
 * Reads r ‖ s (64 B) from `SEQUENCE { INTEGER r, INTEGER s }`.
 *
 * @returns undefined for anything but the one encoding of two numbers from 0 to 2^256 - 1
 */
export function signatureFromDer(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  // The longest has 72 bytes, so no length takes more than one byte.
  if (der.length > 72 || der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const signature = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const digits = der.subarray(at + 2, at + 2 + length);
    const [first = 0x80, second = 0x80] = digits;
    if (der[at] !== INTEGER || length === 0 || digits.length !== length || first > 0x7f) return undefined;
    if (first === 0 && length > 1 && second < 0x80) return undefined;
    const number = first === 0 ? digits.subarray(1) : digits;
    if (number.length > 32) return undefined;
    signature.set(number, end - number.length);
    at += 2 + length;
  }
  return at === der.length ? signature : undefined;
}

/** The reverse of {@link signatureFromDer}. */
export function signatureToDer(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts = [signature.subarray(0, 32), signature.subarray(32)].map((number) => {
    const from = number.findIndex((digit) => digit !== 0);
    const digits = number.subarray(from < 0 ? 31 : from);
    const sign = (digits[0] ?? 0) > 0x7f ? [0] : [];
    return [INTEGER, sign.length + digits.length, ...sign, ...digits];
  });
  const content = parts.flat();
  return Uint8Array.of(SEQUENCE, content.length, ...content);
}

/**
 * The bytes before the private key in PKCS #8: SEQUENCE, version 0, ecPublicKey on prime256v1, OCTET STRING of
 * SEQUENCE, version 1, OCTET STRING.
 */
const HEAD = '308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420';
/** The bytes between it and the public key: [1] BIT STRING. */
const MIDDLE = 'a144034200';

/** A private key in PKCS #8, with its public half, which Safari requires; the caller must wipe it. */
export function pkcs8Of({ privateKey, publicKey }: KeyPair): Uint8Array<ArrayBuffer> {
  return concat(hexDecode(HEAD), privateKey, hexDecode(MIDDLE), publicKey);
}

/** SubjectPublicKeyInfo (RFC 5480) of a point. */
export function spkiOf(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(hexDecode('3059301306072a8648ce3d020106082a8648ce3d030107034200'), point);
}

/** `SEQUENCE {`, which contains its own lengths, then version 1 and an OCTET STRING of 32 bytes. */
const VERSION_AND_KEY = [INTEGER, 1, 1, 4, 32];

/**
 * The private key (32 B) in PKCS #8 that a platform has exported, whatever else that platform adds; the caller must
 * wipe both.
 */
export function privateKeyFrom(pkcs8: Uint8Array): Uint8Array<ArrayBuffer> {
  // The identifiers before it hold no such bytes.
  const start = pkcs8.findIndex((_, at) => VERSION_AND_KEY.every((byte, i) => pkcs8[at + i] === byte));
  const from = start + VERSION_AND_KEY.length;
  if (start < 0 || from + 32 > pkcs8.length)
    throw new TypeError('expected a private key of P-256 in PKCS #8');
  return copySecret(pkcs8, from, from + 32);
}

/** @throws TypeError for anything but 32 bytes of a number from 1 to n - 1 */
export function assertPrivateKey(privateKey: Uint8Array): void {
  if (!isPrivateKey(privateKey)) throw new TypeError('expected a private key of P-256');
}
