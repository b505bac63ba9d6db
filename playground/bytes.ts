/**
 * Bytes as people read them, and headers taken apart. Needs no page.
 *
 * @module
 */

export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of one meaning, one group of a larger whole. */
export interface Piece {
  readonly name: string;
  readonly bytes: Bytes;
  /** Whether the bytes are characters. */
  readonly isText: boolean;
}

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of hexadecimal digits, between which there may be spaces; undefined for anything else. */
export function fromHex(text: string): Bytes | undefined {
  const digits = text.replace(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** The bytes of Base64; undefined for anything else. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The quoted fields of one of PowerAuth's headers, in their order. */
export const fieldsOf = (header: string): [name: string, value: string][] =>
  [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);

/** The version in token headers. */
export const VERSION = '3.3';

/** What the digest of a token header covers: nonce ‖ "&" ‖ timestamp ‖ "&" ‖ version. */
export const hashedPieces = (nonce: Bytes, timestamp: string): Piece[] => [
  { name: 'nonce', bytes: nonce, isText: false },
  { name: '&', bytes: utf8('&'), isText: true },
  { name: 'timestamp', bytes: utf8(timestamp), isText: true },
  { name: '&', bytes: utf8('&'), isText: true },
  { name: 'version', bytes: utf8(VERSION), isText: true },
];

/** HMAC-SHA-256 by WebCrypto, which shares no code with the engines. */
export async function hmac(secret: Bytes, message: Bytes): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
}

/** The digest of a token header, 32 B. */
export const tokenDigest = (secret: Bytes, nonce: Bytes, timestamp: string): Promise<Bytes> =>
  hmac(secret, concat(hashedPieces(nonce, timestamp).map(({ bytes }) => bytes)));

/** The value of a token header. */
export const tokenHeader = (parts: {
  readonly tokenId: string;
  readonly digest: Bytes;
  readonly nonce: Bytes;
  readonly timestamp: string;
}): string =>
  `PowerAuth version="${VERSION}", token_id="${parts.tokenId}", token_digest="${base64(parts.digest)}", ` +
  `nonce="${base64(parts.nonce)}", timestamp="${parts.timestamp}"`;
