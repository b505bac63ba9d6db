/**
 * HMAC over an existing hash function: one implementation for all platforms, which wipes everything it has derived from
 * the key.
 *
 * @module
 */

import { secretBytes, wipe } from '../util/bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const BLOCK = 64;
/** Messages up to this length, in bytes, are hashed from one reused buffer. */
const SHORT = 1024;

/** HMAC-SHA-256 (RFC 2104) by `sha256`. */
export function hmacBy(sha256: (data: Uint8Array) => Bytes): (key: Uint8Array, data: Uint8Array) => Bytes {
  let shared: Bytes | undefined;
  const padded = (place: Bytes, key: Uint8Array, mask: number, message: Uint8Array): Bytes => {
    place.fill(mask, 0, BLOCK);
    for (let i = 0; i < key.length; i++) place[i] = (key[i] ?? 0) ^ mask;
    place.set(message, BLOCK);
    return place.subarray(0, BLOCK + message.length);
  };
  return (key, data) => {
    shared ??= secretBytes(BLOCK + SHORT);
    const place = data.length > SHORT ? secretBytes(BLOCK + data.length) : shared;
    const short = key.length > BLOCK ? sha256(key) : key;
    const inner = sha256(padded(place, short, 0x36, data));
    const digest = sha256(padded(place, short, 0x5c, inner));
    place.fill(0, 0, BLOCK + Math.max(data.length, inner.length));
    wipe(inner, short === key ? undefined : short);
    return digest;
  };
}
