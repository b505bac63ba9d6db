/**
 * Calls a provider, and lets only our own errors through.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { unlessAborted } from '../util/abort.ts';
import { isInstance } from '../util/instance.ts';

/**
 * Asks a provider, and stops waiting when `signal` is aborted, whatever the provider does then.
 *
 * @param late receives an answer that nobody waits for any more
 * @throws OPERATION_CANCELED when the signal is aborted, the provider's own BIOMETRY_ codes, BIOMETRY_FAILED for all others
 */
export async function askProvider<T>(
  question: (signal: AbortSignal) => T | Promise<T>,
  signal: AbortSignal,
  late: (answer: T) => void,
): Promise<T> {
  const dropLate = (answer: T): void => {
    if (!signal.aborted) return;
    try {
      late(answer);
    } catch {
      // A foreign provider may return an answer that can't even be dropped.
    }
  };
  try {
    signal.throwIfAborted();
    // A provider may throw or return without a promise.
    const asked = (async () => question(signal))();
    asked.then(dropLate, () => undefined);
    const answer = await unlessAborted(asked, signal);
    // The signal was aborted between the two.
    dropLate(answer);
    signal.throwIfAborted();
    return answer;
  } catch (cause) {
    if (signal.aborted) {
      throw failure(
        PowerAuthErrorCode.OPERATION_CANCELED,
        'The instance was deconfigured, or its activation removed, while the user was being asked',
        { cause },
      );
    }
    if (isInstance(cause, PowerAuthError) && cause.code.startsWith('BIOMETRY_')) throw cause;
    throw failure(PowerAuthErrorCode.BIOMETRY_FAILED, 'The biometric authentication failed; see cause', {
      cause,
    });
  }
}
