/**
 * Signatures of the server over arbitrary data (ECDSA P-256, SHA-256, DER).
 *
 * @module
 */

import { ecdsaVerify } from '../protocol/keys.ts';
import { masterServerKey } from './configurations.ts';
import type { SessionParts } from './parts.ts';

/** Whether the master server key signed the data. */
export function verifyMasterSignature(
  session: SessionParts,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  return ecdsaVerify(masterServerKey(session.configurations.configuration), data, signature);
}

/** Whether the activation's server key signed the data; false without an activation. */
export async function verifyPersonalSignature(
  session: SessionParts,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await session.activation.withRecordIfAny(({ serverPublicKey }) => serverPublicKey);
  return key !== undefined && ecdsaVerify(key, data, signature);
}
