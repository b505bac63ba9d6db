/**
 * What every public call does before and after its work.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { withFactors, type Factors } from '../session/factors.ts';
import { sessionOf } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { holdProcess } from '../util/hold.ts';
import { isInstance } from '../util/instance.ts';

/**
 * Does a public call's work, and turns any other error into a PowerAuthError. The process does not end by itself before
 * the work has settled, whatever it waits for.
 */
export async function guard<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await holdProcess(Promise.resolve(work()));
  } catch (error) {
    if (isInstance(error, PowerAuthError)) throw error;
    throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, 'Something failed that should not; see cause', {
      cause: error,
    });
  }
}

/**
 * The same for work on the session of an instance. `work` checks the parameters before it waits for anything, including
 * the activation, see {@link withActivation}.
 *
 * @throws INSTANCE_NOT_CONFIGURED
 */
export function onSession<T>(instanceId: string, work: (session: Session) => T | Promise<T>): Promise<T> {
  return guard(() => {
    const session = sessionOf(instanceId);
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
