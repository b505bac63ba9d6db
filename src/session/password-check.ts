/**
 * A password that the server is asked about.
 *
 * @module
 */

import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { validateSignature } from './signed-requests.ts';
import { withVaultKey } from './vault.ts';

/**
 * Lets the server check the factors, the password among them. Where the password is wrapped weaker than it is to be, the
 * vault is asked for as well: its answer is the proof that a new wrapping needs, and this one is none.
 *
 * @throws what {@link validateSignature} throws
 */
export async function validatePassword(session: SessionParts, factors: Factors): Promise<void> {
  await validateSignature(session, factors);
  if (factors.knowledge?.isWeak !== true) return;
  const opened = withVaultKey(session, factors, 'FETCH_ENCRYPTION_KEY', () => undefined);
  // What was asked for is known. What fails here is tried again with the next password.
  await opened.catch(() => undefined);
}
