/**
 * Cryptography by WebCrypto. SHA-256 and HMAC, which must be synchronous, are those of @noble/hashes. The same list as
 * `./node.ts`.
 *
 * @module
 */

// The class itself: what `sha256` of that module adds would be half as much again in a bundle.
import { _SHA256 as Sha256 } from '@noble/hashes/sha2.js';
import { concat, copySecret, secretBytes, wipe } from '../util/bytes.ts';
import { webCrypto } from '../util/web-crypto.ts';
import { assertPrivateKey, pkcs8Of, privateKeyFrom } from './encodings.ts';
import { hmacBy } from './hmac.ts';
import type { Point } from './p256.ts';
import type { Agreement, CryptoKey, KeyPair, PasswordHash } from './types.ts';

export { decryptGcm, encryptGcm, importGcmKey } from './web-gcm.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const AGREEMENT = { name: 'ECDH', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const BLOCK = 16;

export function sha256(data: Uint8Array): Bytes {
  const digest = secretBytes(32);
  const hash = new Sha256().update(data);
  hash.digestInto(digest);
  hash.destroy();
  return digest;
}

export const hmacSha256 = /* @__PURE__ */ hmacBy(sha256);

export async function hkdfSha256(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Bytes> {
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: Uint8Array.from(salt),
    info: Uint8Array.from(info),
  };
  return deriveBits(secret, parameters, length);
}

export async function pbkdf2(
  hash: PasswordHash,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
): Promise<Bytes> {
  return deriveBits(password, { name: 'PBKDF2', hash, salt: Uint8Array.from(salt), iterations }, 16);
}

async function deriveBits(
  secret: Uint8Array,
  parameters: HkdfParams | Pbkdf2Params,
  length: number,
): Promise<Bytes> {
  const subtle = webCrypto();
  const copy = copySecret(secret);
  try {
    const key = await subtle.importKey('raw', copy, parameters.name, false, ['deriveBits']);
    return new Uint8Array(await subtle.deriveBits(parameters, key, 8 * length));
  } finally {
    wipe(copy);
  }
}

export async function generateKeyPair(): Promise<KeyPair> {
  const subtle = webCrypto();
  const pair = await subtle.generateKey(AGREEMENT, true, ['deriveBits']);
  const [publicKey, pkcs8] = await Promise.all([
    exportPoint(pair.publicKey),
    subtle.exportKey('pkcs8', pair.privateKey),
  ]);
  const exported = new Uint8Array(pkcs8);
  try {
    return { privateKey: privateKeyFrom(exported), publicKey };
  } finally {
    wipe(exported);
  }
}

async function exportPoint(key: CryptoKey): Promise<Point> {
  return new Uint8Array(await webCrypto().exportKey('raw', key)) as Point;
}

export async function agreeOnce(publicKey: Point): Promise<Agreement> {
  const subtle = webCrypto();
  const [own, other] = await Promise.all([
    subtle.generateKey(AGREEMENT, false, ['deriveBits']),
    subtle.importKey('raw', publicKey, AGREEMENT, false, []),
  ]);
  const [exported, secret] = await Promise.all([exportPoint(own.publicKey), derive(own.privateKey, other)]);
  return { publicKey: exported, secret };
}

export async function agree(pair: KeyPair, publicKey: Point): Promise<Bytes> {
  const [own, other] = await Promise.all([
    importPrivate(pair, AGREEMENT, 'deriveBits'),
    webCrypto().importKey('raw', publicKey, AGREEMENT, false, []),
  ]);
  return derive(own, other);
}

async function derive(privateKey: CryptoKey, publicKey: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await webCrypto().deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 256));
}

async function importPrivate(
  pair: KeyPair,
  algorithm: EcKeyImportParams,
  usage: KeyUsage,
): Promise<CryptoKey> {
  assertPrivateKey(pair.privateKey);
  const pkcs8 = pkcs8Of(pair);
  try {
    return await webCrypto().importKey('pkcs8', pkcs8, algorithm, false, [usage]);
  } finally {
    wipe(pkcs8);
  }
}

export async function sign(pair: KeyPair, data: Uint8Array): Promise<Bytes> {
  const copy = copySecret(data);
  const key = await importPrivate(pair, SIGNATURE, 'sign');
  return new Uint8Array(await webCrypto().sign(SIGNATURE, key, copy));
}

export async function verify(publicKey: Point, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  // Firefox accepts signatures of other lengths.
  if (signature.length !== 64) return false;
  const [content, claimed] = [Uint8Array.from(data), Uint8Array.from(signature)];
  const key = await webCrypto().importKey('raw', publicKey, SIGNATURE, false, ['verify']);
  return webCrypto().verify(SIGNATURE, key, claimed, content);
}

export async function encryptCbc(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  padded: boolean,
): Promise<Bytes> {
  if (!padded) assertBlocks(data);
  const start = Uint8Array.from(iv);
  const copy = copySecret(data);
  try {
    const encrypted = await padAndEncrypt(await importCbcKey(key), start, copy);
    // WebCrypto always pads: the last block is only padding.
    return padded ? encrypted : encrypted.slice(0, -BLOCK);
  } finally {
    wipe(copy);
  }
}

export async function decryptCbc(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  padded: boolean,
): Promise<Bytes> {
  assertBlocks(data);
  const chain = concat(iv, data);
  const cbcKey = await importCbcKey(key);
  // A block that decrypts to padding only, which WebCrypto then removes.
  const last = padded
    ? new Uint8Array(0)
    : await padAndEncrypt(cbcKey, chain.slice(-BLOCK), new Uint8Array(0));
  const encrypted = concat(chain.subarray(BLOCK), last);
  const parameters = { name: 'AES-CBC', iv: chain.slice(0, BLOCK) };
  return new Uint8Array(await webCrypto().decrypt(parameters, cbcKey, encrypted));
}

async function importCbcKey(key: Uint8Array): Promise<CryptoKey> {
  const copy = copySecret(key);
  try {
    return await webCrypto().importKey('raw', copy, 'AES-CBC', false, ['encrypt', 'decrypt']);
  } finally {
    wipe(copy);
  }
}

async function padAndEncrypt(key: CryptoKey, iv: Bytes, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await webCrypto().encrypt({ name: 'AES-CBC', iv }, key, data));
}

function assertBlocks({ length }: Uint8Array): void {
  if (length % BLOCK !== 0) throw new TypeError(`expected whole blocks, got ${length} bytes`);
}
