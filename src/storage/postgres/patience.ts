/**
 * How long PostgreSQL is waited for.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import { NoAnswer } from './failure.ts';

/** How long a connection, and each answer, may take, in ms. */
export const PATIENCE_MS = 4000;

/**
 * Settles as `promise` does, or rejects with {@link NoAnswer} if that takes too long. The wait doesn't keep the process
 * alive.
 *
 * @param missing what there is none of, for the message
 */
export async function answered<T>(promise: Promise<T>, missing = 'no answer'): Promise<T> {
  promise.catch(() => undefined);
  return inTime(promise, PATIENCE_MS, () => new NoAnswer(missing, PATIENCE_MS), { background: true });
}
