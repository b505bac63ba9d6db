/**
 * Asks the server to check a password.
 *
 * @module
 */

import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { validateSignature } from './signed-requests.ts';
import { withVaultKey } from './vault.ts';

/**
 * Lets the server check the factors, including the password. If the wrapping is weaker than configured, the vault is
 * requested as well: its answer is the proof that a new wrapping needs, which the check's own answer isn't.
 *
 * @throws what {@link validateSignature} throws
 */
export async function validatePassword(session: SessionParts, factors: Factors): Promise<void> {
  await validateSignature(session, factors);
  if (factors.knowledge?.isWeak !== true) return;
  const opened = withVaultKey(session, factors, 'FETCH_ENCRYPTION_KEY', () => undefined);
  // The caller's answer is known. If this fails, it is tried again with the next password.
  await opened.catch(() => undefined);
}
