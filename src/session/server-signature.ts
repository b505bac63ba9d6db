/**
 * Signatures of the server over arbitrary data (ECDSA P-256, SHA-256, DER).
 *
 * @module
 */

import { ecdsaVerify, importPublicKey } from '../protocol/keys.ts';
import type { SessionParts } from './parts.ts';

/** Whether the master server key signed the data. */
export function verifyMasterSignature(
  session: SessionParts,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return ecdsaVerify(session.settings.masterKey, data, signature);
}

/** Whether the activation's server key signed the data; false without an activation. */
export async function verifyPersonalSignature(
  session: SessionParts,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await session.activation.withRecordIfAny(({ serverPublicKey }) => serverPublicKey);
  return key !== undefined && ecdsaVerify(importPublicKey(key), data, signature);
}
