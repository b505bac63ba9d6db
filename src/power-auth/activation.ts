/**
 * The life of an activation.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import { buildActivation, type PowerAuthActivation } from '../model/power-auth-activation.ts';
import type { PowerAuthActivationStatus } from '../model/power-auth-activation-status.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import { assertPassword } from '../model/power-auth-password.ts';
import { parseActivationCode, type ParsedActivationCode } from '../protocol/activation-code.ts';
import { activationFingerprint } from '../protocol/activation.ts';
import { removeLocalActivation, removeLocalActivationOf } from '../session/activation-removal.ts';
import { fetchActivationStatus as fetchStatus, requireRemoved } from '../session/activation-status.ts';
import { verifyMasterSignature } from '../session/server-signature.ts';
import type { Session } from '../session/session.ts';
import { removeActivation } from '../session/signed-requests.ts';
import { rememberUserInfo } from '../session/user-info.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { assertString } from '../util/validate.ts';
import { onSession, withActivation } from './on-session.ts';

export function hasValidActivation(instanceId: string): Promise<boolean> {
  return onSession(instanceId, async ({ activation, changes }) => {
    await changes.ended();
    return (await activation.readActivationId()) !== undefined;
  });
}

export function canStartActivation(instanceId: string): Promise<boolean> {
  return onSession(instanceId, async ({ activation, changes, pending }) => {
    await changes.ended();
    return !pending.exists && (await activation.readActivationId()) === undefined;
  });
}

export function hasPendingActivation(instanceId: string): Promise<boolean> {
  return onSession(instanceId, async ({ changes, pending }) => {
    await changes.ended();
    return pending.exists;
  });
}

export function getActivationIdentifier(instanceId: string): Promise<string | undefined> {
  return onSession(instanceId, async ({ activation, changes, pending }) => {
    await changes.ended();
    return pending.activationId ?? (await activation.readActivationId());
  });
}

export function getActivationFingerprint(instanceId: string): Promise<string | undefined> {
  return onSession(instanceId, async ({ activation, changes, pending }) => {
    await changes.ended();
    if (pending.fingerprint !== undefined) return pending.fingerprint;
    return activation.withRecordIfAny(activationFingerprint);
  });
}

export function fetchActivationStatus(instanceId: string): Promise<PowerAuthActivationStatus> {
  return onSession(instanceId, async (session) => {
    await session.requireActivation(PowerAuthErrorCode.PENDING_ACTIVATION);
    return fetchStatus(session);
  });
}

export function createActivation(
  instanceId: string,
  activation: PowerAuthActivation,
): Promise<PowerAuthCreateActivationResult> {
  return onSession(instanceId, async (session) => {
    const { changes, pending } = session;
    const built = buildActivation(activation);
    // Later calls, such as a removal, must find the creation in progress.
    if (changes.inProgress) await changes.ended();
    const result = await pending.create(built);
    const { activationId } = pending;
    if (result.userInfo !== undefined && activationId !== undefined) {
      rememberUserInfo(session, activationId, result.userInfo);
    }
    return result;
  });
}

export function commitActivation(instanceId: string, authentication: PowerAuthAuthentication): Promise<void> {
  return onSession(instanceId, async ({ changes, pending }) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: true });
    const { password, isBiometricAuthentication, biometricPrompt: prompt } = resolved;
    assertPassword(password, 'authentication.password');
    if (changes.inProgress) await changes.ended();
    await pending.commit(password, isBiometricAuthentication ? { prompt } : undefined);
  });
}

export function removeActivationWithAuthentication(
  instanceId: string,
  authentication: PowerAuthAuthentication,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    const removed = await withActivation(session, resolved, (factors) => removeActivation(session, factors));
    await requireRemoved(session, removed);
    await removeLocalActivationOf(session, removed);
  });
}

export function removeActivationLocal(instanceId: string): Promise<void> {
  return onSession(instanceId, removeLocalActivation);
}

export function verifyScannedActivationCode(instanceId: string, activationCode: string): Promise<boolean> {
  return onSession(instanceId, (session) => {
    assertString(activationCode, 'activationCode');
    return verifyScannedCode(session, activationCode);
  });
}

async function verifyScannedCode(session: Session, scanned: string): Promise<boolean> {
  let code: ParsedActivationCode;
  try {
    code = parseActivationCode(scanned);
  } catch {
    return false;
  }
  const signature = base64Decode(code.activationSignature ?? '');
  return signature !== undefined && verifyMasterSignature(session, utf8(code.activationCode), signature);
}
