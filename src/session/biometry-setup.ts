/**
 * Sets up a biometry factor, in place of an existing one.
 *
 * @module
 */

import type { PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PasswordType } from '../model/power-auth-password.ts';
import { deriveBiometryKey } from '../protocol/kdf.ts';
import { wipe } from '../util/bytes.ts';
import type { ActivationRecord } from './activation-record.ts';
import { withFactors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { withMasterSecret, withVaultKey } from './vault.ts';

/**
 * Derives the factor's key again, for which the server releases the vault key, and sets it up with the user.
 *
 * @throws what {@link withVaultKey} and {@link BiometryFactor.create} throw; in that case everything stays as before
 */
export async function addBiometryFactor(
  session: SessionParts,
  password: PasswordType,
  prompt: PowerAuthBiometricPrompt | undefined,
): Promise<void> {
  // Checked before the password is used for a factor that can't be set up.
  await session.biometry.requireUsable();
  const { activationId, biometryKey } = await withFactors(
    session,
    PowerAuthAuthentication.password(password),
    (factors) => withVaultKey(session, factors, 'ADD_BIOMETRY', biometryKeyOf),
  );
  try {
    await session.biometry.set({ activationId, biometryKey, prompt });
  } finally {
    wipe(biometryKey);
  }
}

/** The activation's KEY_SIGNATURE_BIOMETRY, 16 B; the caller must wipe it. */
async function biometryKeyOf(
  vaultKey: Uint8Array,
  record: ActivationRecord,
): Promise<{ activationId: string; biometryKey: Uint8Array }> {
  const { activationId } = record;
  return { activationId, biometryKey: await withMasterSecret(vaultKey, record, deriveBiometryKey) };
}
