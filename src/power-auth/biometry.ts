/**
 * The biometry factor.
 *
 * @module
 */

import { buildPrompt, type PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import type { PowerAuthBiometricStatus } from '../biometry/power-auth-biometric-status.ts';
import { PowerAuthBiometryStatus } from '../biometry/power-auth-biometry-info.ts';
import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { assertPassword, type PasswordType } from '../model/power-auth-password.ts';
import { groupBiometricAuthentication } from '../session/biometry-group.ts';
import { addBiometryFactor as addFactor } from '../session/biometry-setup.ts';
import { wrongParameter } from '../util/validate.ts';
import { onSession } from './on-session.ts';

/** @param prompt the title, if there is a description */
export function addBiometryFactor(
  instanceId: string,
  password: PasswordType,
  prompt?: PowerAuthBiometricPrompt | string,
  description?: string,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    assertPassword(password, 'password');
    const given =
      typeof prompt === 'string' && typeof description === 'string'
        ? { promptTitle: prompt, promptMessage: description }
        : prompt;
    const checked = given === undefined ? undefined : buildPrompt(given, 'prompt');
    await session.requireActivation();
    await addFactor(session, password, checked);
  });
}

export function hasBiometryFactor(instanceId: string): Promise<boolean> {
  return onSession(instanceId, async ({ biometry, changes }) => {
    await changes.ended();
    return biometry.exists();
  });
}

export function getBiometricStatus(instanceId: string): Promise<PowerAuthBiometricStatus> {
  return onSession(instanceId, async ({ biometry, changes }) => {
    await changes.ended();
    const { canAuthenticate, biometryType } = await biometry.info();
    const isBiometricFactorConfigured = await biometry.exists();
    const isUsable = canAuthenticate === PowerAuthBiometryStatus.OK;
    return {
      isAuthenticationWithBiometricsAvailable: isBiometricFactorConfigured && isUsable,
      isBiometricFactorConfigured,
      systemStatus: canAuthenticate,
      biometryType,
    };
  });
}

export function removeBiometryFactor(instanceId: string): Promise<void> {
  return onSession(instanceId, async (session) => {
    await session.changes.ended();
    await session.biometry.remove();
  });
}

export function groupedBiometricAuthentication(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  groupedAuthenticationCalls: (reusableAuthentication: PowerAuthAuthentication) => Promise<void>,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    if (!resolved.isBiometricAuthentication)
      throw failure(
        PowerAuthErrorCode.WRONG_PARAMETER,
        'authentication: expected one with the biometry factor, got one without',
      );
    if (typeof groupedAuthenticationCalls !== 'function')
      throw wrongParameter('groupedAuthenticationCalls', 'a function', groupedAuthenticationCalls);
    await session.requireActivation();
    await groupBiometricAuthentication(session, resolved, async (reusable) => {
      try {
        await groupedAuthenticationCalls(reusable);
      } catch (cause) {
        const code = cause instanceof PowerAuthError ? cause.code : PowerAuthErrorCode.UNKNOWN_ERROR;
        throw new PowerAuthError(cause, 'groupedAuthenticationCalls has thrown; see cause', code);
      }
    });
  });
}
