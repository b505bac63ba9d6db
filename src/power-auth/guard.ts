/**
 * What every public call does before and after its work.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
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
 * The same for work that needs only the tokens in the storage, as on a page for tokens alone.
 *
 * @throws INSTANCE_NOT_CONFIGURED
 */
export function onLocalTokens<T>(instanceId: string, work: (session: Session) => T | Promise<T>): Promise<T> {
  return guard(() => {
    const session = sessionOf(instanceId);
    return session.during(() => work(session));
  });
}
