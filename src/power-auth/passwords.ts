/**
 * The password behind the knowledge factor.
 *
 * @module
 */

import { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { assertPassword, type PasswordType } from '../model/power-auth-password.ts';
import {
  changePassword as change,
  unsafeChangePassword as changeUnsafely,
} from '../session/password-change.ts';
import { validatePassword as validate } from '../session/password-check.ts';
import type { PowerAuthPasswordChangeData } from '../model/power-auth-password-change-data.ts';
import { onSession, withActivation } from './on-session.ts';
import { PasswordChangeData } from './password-change-data.ts';

export function validatePassword(instanceId: string, password: PasswordType): Promise<void> {
  return onSession(instanceId, async (session) => {
    assertPassword(password, 'password');
    const authentication = PowerAuthAuthentication.password(password);
    await withActivation(session, authentication, (factors) => validate(session, factors));
  });
}

export function changePassword(
  instanceId: string,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    assertPassword(oldPassword, 'oldPassword');
    assertPassword(newPassword, 'newPassword');
    await session.requireActivation();
    await change(session, oldPassword, newPassword);
  });
}

export function unsafeChangePassword(
  instanceId: string,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<boolean> {
  return onSession(instanceId, async (session) => {
    assertPassword(oldPassword, 'oldPassword');
    assertPassword(newPassword, 'newPassword');
    return changeUnsafely(session, oldPassword, newPassword);
  });
}

export function beginPasswordChange(
  instanceId: string,
  oldPassword: PasswordType,
): Promise<PowerAuthPasswordChangeData> {
  return onSession(instanceId, async (session) => {
    assertPassword(oldPassword, 'oldPassword');
    await session.requireActivation();
    return PasswordChangeData.begin(session, oldPassword);
  });
}

export function finishPasswordChange(
  instanceId: string,
  newPassword: PasswordType,
  passwordChangeData: PowerAuthPasswordChangeData,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    try {
      assertPassword(newPassword, 'newPassword');
      const change = PasswordChangeData.take(passwordChangeData, session);
      try {
        await session.requireActivation();
        await change.finish(newPassword);
      } finally {
        change.release();
      }
    } finally {
      PasswordChangeData.releaseAny(passwordChangeData);
    }
  });
}
