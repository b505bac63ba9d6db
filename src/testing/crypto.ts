/**
 * The server's primitives, based only on node:crypto: nothing here is shared with the client that the server tests.
 *
 * @module
 */

import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  ECDH,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';

const CURVE = 'prime256v1';
const NO_IV = Buffer.alloc(16);

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

export function hmac(key: Buffer, ...data: readonly Buffer[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of data) mac.update(part);
  return mac.digest();
}

/** Both halves of 32 bytes, exclusive-or'ed. */
export function halve(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, 16).map((byte, i) => byte ^ bytes.readUInt8(16 + i)));
}

/** KDF_INTERNAL of the protocol. */
export function kdfInternal(key: Buffer, data: Buffer): Buffer {
  return halve(hmac(key, data));
}

/** KDF of the protocol. */
export function kdf(key: Buffer, index: number): Buffer {
  const block = Buffer.alloc(16);
  block.writeBigUInt64BE(BigInt(index), 8);
  return aesEncrypt(key, NO_IV, block, false);
}

export function aesEncrypt(key: Buffer, iv: Buffer, plain: Buffer, padding = true): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(padding);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

export function aesDecrypt(key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** Encrypts under a zero IV, for example the vault key. */
export function aesEncryptNoIv(key: Buffer, plain: Buffer): Buffer {
  return aesEncrypt(key, NO_IV, plain);
}

/** Compares in a time that reveals nothing about the content. */
export function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The same for texts, whose lengths are not revealed either. */
export function equalTexts(a: string, b: string): boolean {
  return equal(sha256(Buffer.from(a)), sha256(Buffer.from(b)));
}

/** A P-256 key pair. */
export interface KeyPair {
  readonly privateKey: Buffer;
  /** 65 B. */
  readonly publicKey: Buffer;
}

export function generateKeyPair(): KeyPair {
  const pair = createECDH(CURVE);
  const publicKey = pair.generateKeys();
  // Node returns numbers without leading zeros.
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { privateKey, publicKey };
}

/** The key pair of a private key of 32 B; throws if the number is out of range. */
export function keyPairOf(privateKey: Buffer): KeyPair {
  const pair = createECDH(CURVE);
  pair.setPrivateKey(privateKey);
  return { privateKey, publicKey: pair.getPublicKey() };
}

/** Whether 32 B are a private key. */
export function isPrivateKey(bytes: Buffer): boolean {
  try {
    keyPairOf(bytes);
    return true;
  } catch {
    return false;
  }
}

/** A point in 65 B; throws for anything that isn't a point of the curve. */
export function uncompress(publicKey: Buffer): Buffer {
  return ECDH.convertKey(publicKey, CURVE, undefined, undefined, 'uncompressed') as Buffer;
}

/** X coordinate of the shared point, 32 B. */
export function agree(privateKey: Buffer, publicKey: Buffer): Buffer {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(privateKey);
  return ecdh.computeSecret(publicKey);
}

function jwk(publicKey: Buffer): { kty: string; crv: string; x: string; y: string } {
  const point = uncompress(publicKey);
  const coordinate = (at: number) => point.subarray(at, at + 32).toString('base64url');
  return { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) };
}

function signingKey({ privateKey, publicKey }: KeyPair): KeyObject {
  return createPrivateKey({ format: 'jwk', key: { ...jwk(publicKey), d: privateKey.toString('base64url') } });
}

/** ECDSA with SHA-256, as DER. */
export function ecdsaSign(pair: KeyPair, data: Buffer): Buffer {
  return sign('sha256', data, signingKey(pair));
}

/** ECDSA with SHA-256, as r ‖ s. */
export function ecdsaSignRaw(pair: KeyPair, data: Buffer): Buffer {
  return sign('sha256', data, { key: signingKey(pair), dsaEncoding: 'ieee-p1363' });
}

/** Whether a signature was made with this key. `JOSE` is r ‖ s. */
export function ecdsaVerify(
  publicKey: Buffer,
  data: Buffer,
  signature: Buffer,
  format: 'DER' | 'JOSE' = 'DER',
): boolean {
  const key = createPublicKey({ format: 'jwk', key: jwk(publicKey) });
  const dsaEncoding = format === 'JOSE' ? 'ieee-p1363' : 'der';
  return verify('sha256', data, { key, dsaEncoding }, signature);
}

/** Decodes Base64; undefined if it is invalid or not of this length. */
export function fromBase64(text: unknown, length?: number): Buffer | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    return undefined;
  const bytes = Buffer.from(text, 'base64');
  return length === undefined || bytes.length === length ? bytes : undefined;
}

/** Fields one after another, each prefixed by its length. */
export function sized(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  );
}

/** 8 bytes, most significant first. */
export function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
