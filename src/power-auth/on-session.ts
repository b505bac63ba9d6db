/**
 * What every public call of the whole SDK does before and after its work.
 *
 * @module
 */

import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { withFactors, type Factors } from '../session/factors.ts';
import { sessionOf } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { WHOLE } from '../session/whole.ts';
import { guard } from './guard.ts';

/**
 * Does a public call's work on the session of an instance, see {@link guard}. `work` checks the parameters before it waits for anything, including
 * the activation, see {@link withActivation}.
 *
 * @throws INSTANCE_NOT_CONFIGURED
 */
export function onSession<T>(instanceId: string, work: (session: Session) => T | Promise<T>): Promise<T> {
  return guard(() => {
    const session = sessionOf(instanceId).equip(WHOLE);
    return session.during(() => work(session));
  });
}

/**
 * Does work that needs an activation and its factors.
 *
 * @throws MISSING_ACTIVATION, also if one waits for its commit; what {@link withFactors} throws
 */
export async function withActivation<T>(
  session: Session,
  authentication: PowerAuthAuthentication,
  use: (factors: Factors) => Promise<T>,
): Promise<T> {
  await session.requireActivation();
  return withFactors(session, authentication, use);
}
