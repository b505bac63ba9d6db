/**
 * The vault (protocol 3.3, "Keys" and "Activation"): what lies under a key that the server gives out for one use.
 *
 * @module
 */

import { cbc } from '@noble/ciphers/aes.js';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { kdf } from './kdf.ts';

const ZERO_IV = new Uint8Array(16);

function decrypt(what: string, key: Uint8Array, bytes: Uint8Array, length: number): Uint8Array {
  let plain: Uint8Array | undefined;
  try {
    plain = cbc(key, ZERO_IV).decrypt(bytes);
  } catch {
    // Nothing of the cipher's own error helps; the length check below reports it.
  }
  if (plain?.length === length) return plain;
  throw failure(
    PowerAuthErrorCode.ENCRYPTION_ERROR,
    `${what}: expected ${length} bytes under this key, got something else`,
  );
}

/** The vault key (16 B) out of the server's answer; the caller wipes it. @throws ENCRYPTION_ERROR */
export function decryptVaultKey(
  encryptedVaultEncryptionKey: Uint8Array,
  transportKey: Uint8Array,
): Uint8Array {
  return decrypt('encryptedVaultEncryptionKey', transportKey, encryptedVaultEncryptionKey, 16);
}

/** An encryption key (16 B) of the application's own; the caller wipes it. */
export function vaultEncryptionKey(vaultKey: Uint8Array, index: number): Uint8Array {
  return kdf(vaultKey, index);
}

/** The device private key (32 B) under the vault key: 48 B. */
export function wrapDevicePrivateKey(devicePrivateKey: Uint8Array, vaultKey: Uint8Array): Uint8Array {
  return cbc(vaultKey, ZERO_IV).encrypt(devicePrivateKey);
}

/** The device private key (32 B); the caller wipes it. @throws ENCRYPTION_ERROR */
export function unwrapDevicePrivateKey(wrapped: Uint8Array, vaultKey: Uint8Array): Uint8Array {
  return decrypt('device private key', vaultKey, wrapped, 32);
}
