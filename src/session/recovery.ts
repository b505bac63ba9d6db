/**
 * Recovery codes: the one that came with the activation, and those that came on a postcard.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode, type PowerAuthErrorData } from '../errors.ts';
import { ENDPOINTS } from '../net/endpoints.ts';
import { parseConfirmRecoveryResponse } from '../protocol/activation.ts';
import { unwrapRecoveryData, type RecoveryData } from '../protocol/vault.ts';
import { isInstance } from '../util/instance.ts';
import { sendEncrypted } from './encrypted-requests.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { withVaultKey } from './vault.ts';

/** Whether the activation came with a recovery code. */
export async function hasRecoveryData(session: SessionParts): Promise<boolean> {
  const has = await session.activation.withRecordIfAny(
    ({ wrappedRecoveryData }) => wrappedRecoveryData.length > 0,
  );
  return has === true;
}

/** @throws INVALID_ACTIVATION_STATE if the activation came without a recovery code, or there is no activation */
export async function requireRecoveryData(session: SessionParts): Promise<void> {
  if (await hasRecoveryData(session)) return;
  throw failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    'There is no activation with recovery data, which servers from 2.0 on no longer issue; hasActivationRecoveryData tells',
  );
}

/** The recovery code and PUK that the activation came with. @throws INVALID_ACTIVATION_STATE if it came without */
export async function fetchRecoveryData(session: SessionParts, factors: Factors): Promise<RecoveryData> {
  await requireRecoveryData(session);
  return withVaultKey(session, factors, 'RECOVERY_CODE', (vaultKey, record) =>
    unwrapRecoveryData(record.wrappedRecoveryData, vaultKey),
  );
}

/** Confirms a code (without `R:`) on the server; returns whether it was confirmed before. */
export async function confirmRecoveryCode(
  session: SessionParts,
  factors: Factors,
  recoveryCode: string,
): Promise<boolean> {
  const { recoveryConfirm } = ENDPOINTS;
  try {
    return await sendEncrypted(
      session,
      factors,
      recoveryConfirm,
      { recoveryCode },
      parseConfirmRecoveryResponse,
    );
  } catch (error) {
    throw isNotFound(error) ? noRecovery(error) : error;
  }
}

const dataOf = (error: PowerAuthError): PowerAuthErrorData | undefined =>
  error.errorData as PowerAuthErrorData | undefined;

const isNotFound = (error: unknown): error is PowerAuthError =>
  isInstance(error, PowerAuthError) && dataOf(error)?.httpStatusCode === 404;

function noRecovery(error: PowerAuthError): Error {
  const errorData = dataOf(error);
  return failure(
    PowerAuthErrorCode.RESPONSE_ERROR,
    'The server has no recovery codes (HTTP 404): PowerAuth servers from 2.0 on no longer have them; or baseEndpointUrl is wrong',
    errorData === undefined ? {} : { errorData },
  );
}
