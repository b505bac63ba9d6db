/**
 * The cryptography that this package needs from a platform. `./node.ts` and `./web.ts` export it, function by function;
 * the `imports` of package.json choose between them by the name `#crypto`.
 *
 * Functions that return a promise read their arguments before they return, so that the caller may wipe them at once.
 * Their results are in `secretBytes`, or in separate memory outside V8's heap; the caller must wipe them.
 *
 * @module
 */

import type { Point } from './p256.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The key of Web Crypto, for programs that compile without the DOM library: Node's types have no global name for it.
 */
export type CryptoKey = Parameters<typeof crypto.subtle.exportKey>[1];

/** A P-256 key pair. */
export interface KeyPair {
  /** 32 B, from 1 to n - 1; the holder must wipe it. */
  readonly privateKey: Uint8Array;
  readonly publicKey: Point;
}

/** The result of an agreement between a fresh key and a given one. */
export interface Agreement {
  /** The public half of the fresh key. */
  readonly publicKey: Point;
  /** X coordinate of the point that both sides agree on, 32 B; the holder must wipe it. */
  readonly secret: Bytes;
}

/** The hash of PBKDF2. */
export type PasswordHash = 'SHA-1' | 'SHA-256';

/** A platform's cryptography. */
export interface PlatformCrypto {
  /** SHA-256, 32 B. */
  sha256(data: Uint8Array): Bytes;

  /** HMAC-SHA-256 (RFC 2104), 32 B. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Bytes;

  /** HKDF-SHA-256 (RFC 5869). */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Bytes>;

  /** PBKDF2, off this thread, 16 B. Rejects a number of iterations that the platform refuses. */
  pbkdf2(hash: PasswordHash, password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Bytes>;

  /** A fresh key pair. */
  generateKeyPair(): Promise<KeyPair>;

  /** Agrees with `publicKey` using a fresh key, whose private half is never exposed. */
  agreeOnce(publicKey: Point): Promise<Agreement>;

  /**
   * X coordinate (32 B) of the point that both sides agree on.
   *
   * @param pair whose halves belong together
   */
  agree(pair: KeyPair, publicKey: Point): Promise<Bytes>;

  /** ECDSA with SHA-256: r ‖ s, 64 B. */
  sign(pair: KeyPair, data: Uint8Array): Promise<Bytes>;

  /** Whether r ‖ s is a signature of this key over `data`; high values of s are valid. */
  verify(publicKey: Point, data: Uint8Array, signature: Uint8Array): Promise<boolean>;

  /**
   * AES-128-CBC.
   *
   * @param padded with PKCS #7; otherwise `data` must be whole blocks
   */
  encryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array, padded: boolean): Promise<Bytes>;

  /** The reverse of {@link encryptCbc}. Rejects anything but whole blocks, and a wrong padding. */
  decryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array, padded: boolean): Promise<Bytes>;

  /** A key of AES-256-GCM (32 B) that can't be exported. */
  importGcmKey(bytes: Uint8Array): Promise<CryptoKey>;

  /**
   * AES-256-GCM: ciphertext ‖ tag 16 B.
   *
   * @param key from {@link importGcmKey}, or created elsewhere
   * @param nonce 12 B
   */
  encryptGcm(key: CryptoKey, nonce: Bytes, associatedData: Bytes, data: Bytes): Promise<Bytes>;

  /** The reverse of {@link encryptGcm}. Rejects anything that wasn't encrypted that way. */
  decryptGcm(key: CryptoKey, nonce: Bytes, associatedData: Bytes, data: Bytes): Promise<Bytes>;
}
