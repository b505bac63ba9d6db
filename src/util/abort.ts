/**
 * Waits that can be aborted.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { isInstance } from './instance.ts';

/**
 * The error of a call whose lock was lost, whenever it notices: the storage's reason, or OPERATION_CANCELED if that
 * isn't a PowerAuthError, as with foreign drivers.
 */
export function lostLock({ reason }: AbortSignal): PowerAuthError {
  if (isInstance(reason, PowerAuthError)) return reason;
  return failure(PowerAuthErrorCode.OPERATION_CANCELED, 'The lock of the storage was lost; see cause', {
    cause: reason,
  });
}

/** The error of a call that the end of its instance interrupts. */
export function deconfigured(cause?: unknown): PowerAuthError {
  return failure(PowerAuthErrorCode.OPERATION_CANCELED, 'The instance was deconfigured in the meantime', {
    cause,
  });
}

/** The part of a storage's lock that tells whether it was lost. */
export interface LockSigns {
  readonly signal: AbortSignal;
  isHeld?(): Promise<boolean>;
}

/** Checks the lock itself, not only the signal. @throws what {@link lostLock} returns */
export async function throwIfLost(lock: LockSigns): Promise<void> {
  if (lock.signal.aborted || (await lock.isHeld?.()) === false) throw lostLock(lock.signal);
}

/**
 * Settles as `promise` does, or rejects with the signal's reason if that comes first. The outcome of `promise` is then
 * ignored.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    // The aborting code sets the reason; it is passed on unchanged.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
