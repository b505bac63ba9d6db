/**
 * The content of the vault: the server releases the vault key for a single use (`/pa/v3/vault/unlock`).
 *
 * @module
 */

import { ENDPOINTS } from '../net/endpoints.ts';
import { signEs256 } from '../protocol/jwt.ts';
import { ecdsaSign, importPublicKey, masterSecret, type KeyPair } from '../protocol/keys.ts';
import {
  decryptVaultKey,
  parseVaultUnlockResponse,
  unwrapDevicePrivateKey,
  vaultEncryptionKey,
} from '../protocol/vault.ts';
import { wipe } from '../util/bytes.ts';
import type { ActivationRecord } from './activation-record.ts';
import { sendEncrypted } from './encrypted-requests.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';

/** The purpose of the vault key, as reported to the server. */
export type VaultUnlockReason =
  'ADD_BIOMETRY' | 'FETCH_ENCRYPTION_KEY' | 'SIGN_WITH_DEVICE_PRIVATE_KEY' | 'RECOVERY_CODE';

/**
 * Gets the vault key (16 B), passes it to `use` together with the activation's record, and wipes both.
 *
 * @throws MISSING_ACTIVATION, ENCRYPTION_ERROR for a key that doesn't fit, and what network and `use` throw
 */
export async function withVaultKey<T>(
  session: SessionParts,
  factors: Factors,
  reason: VaultUnlockReason,
  use: (vaultKey: Uint8Array, record: ActivationRecord) => T | Promise<T>,
): Promise<T> {
  return sendEncrypted(session, factors, ENDPOINTS.vaultUnlock, { reason }, async (answer, record) => {
    const vaultKey = await decryptVaultKey(parseVaultUnlockResponse(answer), record.transportKey);
    try {
      return await use(vaultKey, record);
    } finally {
      wipe(vaultKey);
    }
  });
}

/**
 * Passes the activation's KEY_MASTER_SECRET (16 B) to `use`, and wipes it. @throws ENCRYPTION_ERROR for another vault
 * key
 */
export async function withMasterSecret<T>(
  vaultKey: Uint8Array,
  record: ActivationRecord,
  use: (secret: Uint8Array) => T | Promise<T>,
): Promise<T> {
  return withDeviceKey(vaultKey, record, async (device) => {
    const secret = await masterSecret(device, importPublicKey(record.serverPublicKey));
    try {
      return await use(secret);
    } finally {
      wipe(secret);
    }
  });
}

/** Passes the device's key pair to `use`, and wipes it. @throws ENCRYPTION_ERROR for another vault key */
async function withDeviceKey<T>(
  vaultKey: Uint8Array,
  record: ActivationRecord,
  use: (device: KeyPair) => Promise<T>,
): Promise<T> {
  const privateKey = await unwrapDevicePrivateKey(record.wrappedDevicePrivateKey, vaultKey);
  try {
    return await use({ privateKey, publicKey: importPublicKey(record.devicePublicKey) });
  } finally {
    wipe(privateKey);
  }
}

/** The application's own key (16 B) of this number; the caller must wipe it. */
export async function fetchEncryptionKey(
  session: SessionParts,
  factors: Factors,
  index: number,
): Promise<Uint8Array> {
  return withVaultKey(session, factors, 'FETCH_ENCRYPTION_KEY', (vaultKey) =>
    vaultEncryptionKey(vaultKey, index),
  );
}

/** A DER signature (ECDSA, SHA-256) over `data` by the device's private key. */
export async function signWithDeviceKey(
  session: SessionParts,
  factors: Factors,
  data: Uint8Array,
): Promise<Uint8Array> {
  return withVaultKey(session, factors, 'SIGN_WITH_DEVICE_PRIVATE_KEY', (vaultKey, record) =>
    withDeviceKey(vaultKey, record, (device) => ecdsaSign(device, data)),
  );
}

/** A JWT with these claims, signed by the device's private key. */
export async function signJwtWithDeviceKey(
  session: SessionParts,
  factors: Factors,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return withVaultKey(session, factors, 'SIGN_WITH_DEVICE_PRIVATE_KEY', (vaultKey, record) =>
    withDeviceKey(vaultKey, record, (device) => signEs256(claims, device)),
  );
}
