/**
 * Waiting that can be given up.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { isInstance } from './instance.ts';

/**
 * The error of a call whose lock was lost, whenever it notices: what the storage gives as the reason; OPERATION_CANCELED
 * where that is no PowerAuthError, as with drivers of somebody else's.
 */
export function lostLock({ reason }: AbortSignal): PowerAuthError {
  if (isInstance(reason, PowerAuthError)) return reason;
  return failure(PowerAuthErrorCode.OPERATION_CANCELED, 'The lock of the storage was lost; see cause', {
    cause: reason,
  });
}

/** The error of a call that the end of its instance cuts short. */
export function deconfigured(cause?: unknown): PowerAuthError {
  return failure(PowerAuthErrorCode.OPERATION_CANCELED, 'The instance was deconfigured meanwhile', { cause });
}

/** What tells of a lock of the storage that it was lost. */
export interface LockSigns {
  readonly signal: AbortSignal;
  isHeld?(): Promise<boolean>;
}

/** Looks closely. @throws what {@link lostLock} answers */
export async function throwIfLost(lock: LockSigns): Promise<void> {
  if (lock.signal.aborted || (await lock.isHeld?.()) === false) throw lostLock(lock.signal);
}

/** What `promise` comes to; rejects with the signal's reason when that comes first, and nobody need look at `promise` then. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    // Who aborts gives the reason; it is passed on as it is.
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
