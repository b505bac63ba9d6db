/**
 * Cryptography by node:crypto: a call of WebCrypto costs 25 to 40 µs of this thread in Node. The same list as
 * `./web.ts`.
 *
 * @module
 */

import crypto, { type Cipher, type CipherGCM, type Decipher, type KeyObject } from 'node:crypto';
import { concat, copySecret, equalBytes, secretBytes, wipe } from '../util/bytes.ts';
import { randomNonce } from '../util/random.ts';
import { assertPrivateKey, pkcs8Of, spkiOf } from './encodings.ts';
import { hmacBy } from './hmac.ts';
import type { Point } from './p256.ts';
import type { Agreement, CryptoKey, KeyPair, PasswordHash } from './types.ts';
import * as web from './web-gcm.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const CURVE = 'prime256v1';
const GCM = 'aes-256-gcm';
const TAG_LENGTH = 16;
const BLOCK = 16;
/** A mask longer than this, in bytes, doesn't come from the stock of random bytes. */
const LONG_MASK = 1024;

/** The same memory as a plain array: methods of a Buffer do other things. */
function plain({ buffer, byteOffset, length }: Uint8Array): Bytes {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

export function sha256(data: Uint8Array): Bytes {
  return plain(crypto.hash('sha256', data, 'buffer'));
}

export const hmacSha256 = /* @__PURE__ */ hmacBy(sha256);

export async function hkdfSha256(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Bytes> {
  return new Uint8Array(crypto.hkdfSync('sha256', secret, salt, info, length));
}

function derive(password: Bytes, salt: Bytes, iterations: number, hash: PasswordHash): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    crypto.pbkdf2(password, salt, iterations, 16, hash.replace('-', ''), (error, key) => {
      if (error === null) resolve(plain(key));
      else reject(error);
    });
  });
}

export async function pbkdf2(
  hash: PasswordHash,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
): Promise<Bytes> {
  // Deno reads them only later.
  const [ownPassword, ownSalt] = [copySecret(password), copySecret(salt)];
  try {
    return await derive(ownPassword, ownSalt, iterations, hash);
  } finally {
    wipe(ownPassword);
  }
}

export async function generateKeyPair(): Promise<KeyPair> {
  const ecdh = crypto.createECDH(CURVE);
  const publicKey = plain(ecdh.generateKeys()) as Point;
  // Node returns it without leading zeros.
  const number = ecdh.getPrivateKey();
  const privateKey = secretBytes(32);
  privateKey.set(number, 32 - number.length);
  wipe(number);
  return { privateKey, publicKey };
}

export async function agreeOnce(publicKey: Point): Promise<Agreement> {
  const ecdh = crypto.createECDH(CURVE);
  const own = plain(ecdh.generateKeys()) as Point;
  return { publicKey: own, secret: plain(ecdh.computeSecret(publicKey)) };
}

export async function agree({ privateKey }: KeyPair, publicKey: Point): Promise<Bytes> {
  assertPrivateKey(privateKey);
  const ecdh = crypto.createECDH(CURVE);
  ecdh.setPrivateKey(privateKey);
  return plain(ecdh.computeSecret(publicKey));
}

export async function sign(pair: KeyPair, data: Uint8Array): Promise<Bytes> {
  assertPrivateKey(pair.privateKey);
  const pkcs8 = pkcs8Of(pair);
  try {
    const key = Buffer.from(pkcs8.buffer);
    const privateKey = crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return plain(crypto.sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  } finally {
    wipe(pkcs8);
  }
}

/** Created once for each point: it costs more than a verification. */
const publicKeys = new WeakMap<Point, KeyObject>();

export async function verify(publicKey: Point, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  let key = publicKeys.get(publicKey);
  if (key === undefined) {
    key = crypto.createPublicKey({ key: Buffer.from(spkiOf(publicKey)), format: 'der', type: 'spki' });
    publicKeys.set(publicKey, key);
  }
  return crypto.verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

export async function encryptCbc(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  padded: boolean,
): Promise<Bytes> {
  return run(crypto.createCipheriv('aes-128-cbc', crypto.createSecretKey(key), iv), data, padded);
}

export async function decryptCbc(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  padded: boolean,
): Promise<Bytes> {
  // Deno takes nothing at all for something that is padded.
  if (padded && data.length === 0) throw new TypeError('expected whole, padded blocks, got nothing');
  return run(crypto.createDecipheriv('aes-128-cbc', crypto.createSecretKey(key), iv), data, padded);
}

function run(cipher: Cipher | Decipher, data: Uint8Array, padded: boolean): Bytes {
  cipher.setAutoPadding(padded);
  const head = update(cipher, data);
  try {
    const tail = cipher.final();
    try {
      return concat(head, tail);
    } finally {
      wipe(tail);
    }
  } finally {
    wipe(head);
  }
}

/**
 * What a cipher makes of `data`. Node has it written into a place that is longer by a block, copies as much of it as is
 * needed, and frees the place with a secret in it. Asking for as much memory at once gets the same place, to be
 * cleared.
 */
function update(cipher: Cipher | Decipher, data: Uint8Array): Buffer {
  const result = cipher.update(data);
  Buffer.allocUnsafeSlow(data.length + BLOCK).fill(0);
  return result;
}

/** The key of node:crypto for each key of WebCrypto, which doesn't reveal its bytes. */
const secretKeys = new WeakMap<CryptoKey, KeyObject>();

export async function importGcmKey(bytes: Uint8Array): Promise<CryptoKey> {
  const secretKey = crypto.createSecretKey(bytes);
  const key = await web.importGcmKey(bytes);
  secretKeys.set(key, secretKey);
  return key;
}

export async function encryptGcm(
  key: CryptoKey,
  nonce: Bytes,
  associatedData: Bytes,
  data: Bytes,
): Promise<Bytes> {
  const secretKey = secretKeys.get(key);
  if (secretKey === undefined) return web.encryptGcm(key, nonce, associatedData, data);
  const cipher = gcm(secretKey, nonce, associatedData);
  const encrypted = secretBytes(data.length + TAG_LENGTH);
  encrypted.set(cipher.update(data));
  cipher.final();
  encrypted.set(cipher.getAuthTag(), data.length);
  return encrypted;
}

/**
 * Not by a decipher: Node has it written into a place that is too long, copies it, and frees that place with the
 * content of a whole record in it.
 */
export async function decryptGcm(
  key: CryptoKey,
  nonce: Bytes,
  associatedData: Bytes,
  data: Bytes,
): Promise<Bytes> {
  const secretKey = secretKeys.get(key);
  if (secretKey === undefined) return web.decryptGcm(key, nonce, associatedData, data);
  const ciphertext = data.subarray(0, -TAG_LENGTH);
  const plaintext = maskOf(ciphertext.length);
  // The stream that the mode adds, under the mask: what Node leaves of it in memory is random.
  const masked = crypto.createCipheriv(GCM, secretKey, nonce).update(plaintext);
  for (let i = 0; i < plaintext.length; i++) {
    plaintext[i] = (plaintext[i] ?? 0) ^ (masked[i] ?? 0) ^ (ciphertext[i] ?? 0);
  }
  // It encrypts to this ciphertext again, under the same stream. The tag tells whether it is genuine.
  const cipher = gcm(secretKey, nonce, associatedData);
  cipher.update(plaintext);
  cipher.final();
  if (equalBytes(cipher.getAuthTag(), data.subarray(ciphertext.length))) return plaintext;
  wipe(plaintext);
  throw new TypeError('expected what was encrypted under this key, got something else');
}

function maskOf(length: number): Bytes {
  return length > LONG_MASK ? crypto.randomFillSync(secretBytes(length)) : randomNonce(length);
}

function gcm(key: KeyObject, nonce: Bytes, associatedData: Bytes): CipherGCM {
  const cipher = crypto.createCipheriv(GCM, key, nonce);
  cipher.setAAD(associatedData);
  return cipher;
}
