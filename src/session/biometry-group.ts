/**
 * Several calls for which the user is asked once.
 *
 * @module
 */

import { UnlockedBiometryKey } from '../biometry/unlocked-key.ts';
import {
  reusableAuthentication,
  unlockedBiometryKey,
  type PowerAuthAuthentication,
} from '../model/power-auth-authentication.ts';
import { copySecret } from '../util/bytes.ts';
import type { Session } from './session.ts';

/**
 * Asks the user, and passes `use` an authentication object that doesn't ask again, until `use` is done or the instance
 * is deconfigured.
 *
 * @param authentication with the biometry factor; an object of a group in progress asks nobody
 * @throws what {@link BiometryFactor.unlock} and `use` throw
 */
export async function groupBiometricAuthentication(
  session: Session,
  authentication: PowerAuthAuthentication,
  use: (reusable: PowerAuthAuthentication) => Promise<void>,
): Promise<void> {
  const outer = unlockedBiometryKey(authentication);
  const key =
    outer === undefined
      ? await session.biometry.unlock(authentication.biometricPrompt)
      : new UnlockedBiometryKey(outer.activationId, copySecret(outer.key));
  try {
    const forget = session.whenClosed(() => key.release());
    try {
      await use(reusableAuthentication(authentication, key));
    } finally {
      forget();
    }
  } finally {
    key.release();
  }
}
