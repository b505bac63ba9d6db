/**
 * Confirmation of recovery codes that came on a postcard.
 *
 * @module
 */

import { SharedInfo1 } from '../protocol/ecies.ts';
import { parseConfirmRecoveryResponse } from '../protocol/activation.ts';
import { sendEncrypted } from './encrypted-requests.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';

/** Confirms a code (without `R:`) on the server; answers whether it was confirmed before. */
export async function confirmRecoveryCode(
  session: SessionParts,
  factors: Factors,
  recoveryCode: string,
): Promise<boolean> {
  const { endpoints } = session;
  const uriId = SharedInfo1.confirmRecovery;
  const post: typeof endpoints.recoveryConfirm = (...request) => endpoints.recoveryConfirm(...request);
  return sendEncrypted(session, factors, { uriId, post }, { recoveryCode }, parseConfirmRecoveryResponse);
}
