/**
 * Points and private keys of P-256 (NIST SP 800-186), checked here and not by the platforms: Deno imports points off
 * the curve, Node accepts hybrid ones, Firefox before 146 and Safari refuse compressed ones, Firefox and Deno import
 * the private keys 0 and n.
 *
 * @module
 */

/** A point of the curve, uncompressed: 4, x, y; 65 B. Created by {@link pointOf}. */
export type Point = Uint8Array<ArrayBuffer> & { readonly __point: unique symbol };

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
/** The order n of the group, byte by byte. */
const ORDER = [
  0xff,
  0xff,
  0xff,
  0xff,
  0x00,
  0x00,
  0x00,
  0x00,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff, //
  0xbc,
  0xe6,
  0xfa,
  0xad,
  0xa7,
  0x17,
  0x9e,
  0x84,
  0xf3,
  0xb9,
  0xca,
  0xc2,
  0xfc,
  0x63,
  0x25,
  0x51,
];

/** Only for public numbers: a BigInt keeps no secret, neither in its time nor in its memory. */
function read(bytes: Uint8Array, from: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, 32);
  let value = 0n;
  for (let at = 0; at < 32; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}

function write(bytes: Uint8Array, from: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, 32);
  for (let at = 24; at >= 0; at -= 8, value >>= 64n) view.setBigUint64(at, BigInt.asUintN(64, value));
}

function squared(value: bigint, times: number): bigint {
  for (let i = 0; i < times; i++) value = (value * value) % P;
  return value;
}

/** value^((p + 1) / 4), the square root if there is one. The exponent is 2^254 - 2^222 + 2^190 + 2^94. */
function root(value: bigint): bigint {
  const ones2 = (squared(value, 1) * value) % P;
  const ones4 = (squared(ones2, 2) * ones2) % P;
  const ones8 = (squared(ones4, 4) * ones4) % P;
  const ones16 = (squared(ones8, 8) * ones8) % P;
  const ones32 = (squared(ones16, 16) * ones16) % P;
  return squared((squared((squared(ones32, 32) * value) % P, 96) * value) % P, 94);
}

/** @param bytes 33 B (compressed) or 65 B. @returns undefined if they aren't a point of the curve */
export function pointOf(bytes: Uint8Array): Point | undefined {
  const form = bytes[0] ?? 0;
  const isCompressed = bytes.length === 33 && (form === 2 || form === 3);
  if (!isCompressed && !(bytes.length === 65 && form === 4)) return undefined;
  const x = read(bytes, 1);
  if (x >= P) return undefined;
  const ySquared = (x * x * x - 3n * x + B + 3n * P) % P;
  let y: bigint;
  if (isCompressed) {
    y = root(ySquared);
    if ((y & 1n) !== BigInt(form & 1)) y = P - y;
  } else {
    y = read(bytes, 33);
  }
  if (y >= P || (y * y) % P !== ySquared) return undefined;
  const point = new Uint8Array(65);
  point[0] = 4;
  write(point, 1, x);
  write(point, 33, y);
  return point as Point;
}

/** The compressed form (33 B). */
export function compressed(point: Point): Uint8Array<ArrayBuffer> {
  // Not by slice, which copies nothing of a Buffer.
  const bytes = Uint8Array.from(point.subarray(0, 33));
  bytes[0] = 2 + ((point[64] ?? 0) & 1);
  return bytes;
}

/** Whether these are 32 bytes of a number from 1 to n - 1, in a time that doesn't depend on it. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  let borrow = 0;
  let ones = 0;
  for (let at = 31; at >= 0; at--) {
    const byte = bytes[at] ?? 0;
    ones |= byte;
    borrow = ((byte - (ORDER[at] ?? 0) - borrow) >> 8) & 1;
  }
  return borrow === 1 && ones !== 0;
}
