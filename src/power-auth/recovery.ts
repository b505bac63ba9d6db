/**
 * Recovery codes: the one that came with the activation, and those on postcards.
 *
 * @module
 */

import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthConfirmRecoveryCodeDataResult } from '../model/power-auth-confirm-recovery-code-data-result.ts';
import type { PowerAuthRecoveryActivationData } from '../model/power-auth-create-activation-result.ts';
import { parseRecoveryCode } from '../protocol/activation-code.ts';
import {
  confirmRecoveryCode as confirm,
  fetchRecoveryData,
  hasRecoveryData,
  requireRecoveryData,
} from '../session/recovery.ts';
import { assertString } from '../util/validate.ts';
import { onSession, withActivation } from './on-session.ts';

export function hasActivationRecoveryData(instanceId: string): Promise<boolean> {
  return onSession(instanceId, async (session) => {
    await session.changes.ended();
    return hasRecoveryData(session);
  });
}

export function activationRecoveryData(
  instanceId: string,
  authentication: PowerAuthAuthentication,
): Promise<PowerAuthRecoveryActivationData> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    await session.changes.ended();
    await requireRecoveryData(session);
    const { recoveryCode, puk } = await withActivation(session, resolved, (factors) =>
      fetchRecoveryData(session, factors),
    );
    return { recoveryCode, puk };
  });
}

export function confirmRecoveryCode(
  instanceId: string,
  recoveryCode: string,
  authentication: PowerAuthAuthentication,
): Promise<PowerAuthConfirmRecoveryCodeDataResult> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertString(recoveryCode, 'recoveryCode');
    const code = parseRecoveryCode(recoveryCode);
    const alreadyConfirmed = await withActivation(session, resolved, (factors) =>
      confirm(session, factors, code),
    );
    return { alreadyConfirmed };
  });
}
