/**
 * AES-256-GCM by WebCrypto, also for keys that were created elsewhere and don't reveal their bytes.
 *
 * @module
 */

import { copySecret, wipe } from '../util/bytes.ts';
import { webCrypto } from '../util/web-crypto.ts';
import type { CryptoKey } from './types.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export async function importGcmKey(bytes: Uint8Array): Promise<CryptoKey> {
  // WebCrypto takes no view of shared memory.
  const copy = copySecret(bytes);
  try {
    return await webCrypto().importKey('raw', copy, 'AES-GCM', false, ['encrypt', 'decrypt']);
  } finally {
    wipe(copy);
  }
}

export async function encryptGcm(
  key: CryptoKey,
  nonce: Bytes,
  associatedData: Bytes,
  data: Bytes,
): Promise<Bytes> {
  return new Uint8Array(await webCrypto().encrypt(parameters(nonce, associatedData), key, data));
}

export async function decryptGcm(
  key: CryptoKey,
  nonce: Bytes,
  associatedData: Bytes,
  data: Bytes,
): Promise<Bytes> {
  return new Uint8Array(await webCrypto().decrypt(parameters(nonce, associatedData), key, data));
}

const parameters = (iv: Bytes, additionalData: Bytes): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData,
});
