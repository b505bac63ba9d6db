/**
 * The vault (protocol 3.3, "Keys" and "Activation"): data under a key that the server releases for a single use.
 *
 * @module
 */

import { decryptCbc, encryptCbc } from '#crypto';
import * as s from '../util/schema.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { parseSecretAnswer } from '../util/answers.ts';
import { concat, utf8, wipe } from '../util/bytes.ts';
import { check, parseJson, secretField } from '../util/validate.ts';
import { kdf, ZERO_IV } from './kdf.ts';

async function decrypt(
  what: string,
  key: Uint8Array,
  bytes: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  // The cipher's own error doesn't help.
  const plain = await decryptCbc(key, ZERO_IV, bytes, true).catch(() => undefined);
  if (plain?.length === length) return plain;
  wipe(plain);
  throw failure(
    PowerAuthErrorCode.ENCRYPTION_ERROR,
    `${what}: expected ${length} bytes under this key, got something else`,
  );
}

const vaultUnlockSchema = s.object({ encryptedVaultEncryptionKey: secretField() });

/** Reads the encrypted vault key from the decrypted answer; the caller must wipe both. @throws RESPONSE_ERROR */
export function parseVaultUnlockResponse(plaintext: Uint8Array): Uint8Array {
  const name = 'encryptedVaultEncryptionKey';
  return parseSecretAnswer(vaultUnlockSchema, plaintext, 'vault answer', [name])[name];
}

/** Reads the vault key (16 B) from the server's answer; the caller must wipe it. @throws ENCRYPTION_ERROR */
export function decryptVaultKey(
  encryptedVaultEncryptionKey: Uint8Array,
  transportKey: Uint8Array,
): Promise<Uint8Array> {
  return decrypt('encryptedVaultEncryptionKey', transportKey, encryptedVaultEncryptionKey, 16);
}

/** An encryption key (16 B) for the application's own data; the caller must wipe it. */
export function vaultEncryptionKey(vaultKey: Uint8Array, index: number): Promise<Uint8Array> {
  return kdf(vaultKey, index);
}

/** The device private key (32 B) under the vault key: 48 B. */
export function wrapDevicePrivateKey(
  devicePrivateKey: Uint8Array,
  vaultKey: Uint8Array,
): Promise<Uint8Array> {
  return encryptCbc(vaultKey, ZERO_IV, devicePrivateKey, true);
}

/** The device private key (32 B); the caller must wipe it. @throws ENCRYPTION_ERROR */
export function unwrapDevicePrivateKey(wrapped: Uint8Array, vaultKey: Uint8Array): Promise<Uint8Array> {
  return decrypt('device private key', vaultKey, wrapped, 32);
}

/** A recovery code and its PUK. */
export interface RecoveryData {
  readonly recoveryCode: string;
  readonly puk: string;
}

/** Recovery data under the vault key: `iv 16 B ‖ ciphertext`. The format is this client's own. `iv` is random. */
export async function wrapRecoveryData(
  data: RecoveryData,
  vaultKey: Uint8Array,
  iv: Uint8Array,
): Promise<Uint8Array> {
  const { recoveryCode, puk } = data;
  const plain = utf8(JSON.stringify({ recoveryCode, puk }));
  try {
    return concat(iv, await encryptCbc(vaultKey, iv, plain, true));
  } finally {
    wipe(plain);
  }
}

const recoveryDataSchema = s.object({ recoveryCode: s.string(), puk: s.string() });

/** Recovery data that {@link wrapRecoveryData} has wrapped. @throws ENCRYPTION_ERROR */
export async function unwrapRecoveryData(wrapped: Uint8Array, vaultKey: Uint8Array): Promise<RecoveryData> {
  // The check below reports a failure, and also a wrong padding that happens to fit.
  const decrypted = decryptCbc(vaultKey, wrapped.subarray(0, 16), wrapped.subarray(16), true);
  const plain = await decrypted.catch(() => undefined);
  try {
    const data = plain && parseJson(plain);
    return check(recoveryDataSchema, data, 'recovery data', PowerAuthErrorCode.ENCRYPTION_ERROR);
  } finally {
    wipe(plain);
  }
}
