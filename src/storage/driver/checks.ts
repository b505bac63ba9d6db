/**
 * What all drivers check alike.
 *
 * @module
 */

import { failure, PowerAuthErrorCode, type PowerAuthError } from '../../errors.ts';
import { copySecret } from '../../util/bytes.ts';
import { describe } from '../../util/validate.ts';

/** Longest key, prefix and lock name, in UTF-16 units. */
export const MAX_KEY_LENGTH = 512;

/**
 * Refuses what is no key (or lock name).
 *
 * @throws WRONG_PARAMETER
 */
export function assertKey(key: unknown, field = 'key'): asserts key is string {
  if (typeof key === 'string' && key !== '' && key.length <= MAX_KEY_LENGTH) return;
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected a string of 1 to ${MAX_KEY_LENGTH} UTF-16 units, got ${describe(key)}`,
  );
}

/**
 * Refuses what is no prefix of keys; the empty one is.
 *
 * @throws WRONG_PARAMETER
 */
export function assertPrefix(prefix: unknown): asserts prefix is string {
  if (prefix !== '') assertKey(prefix, 'prefix');
}

/**
 * A copy of a value given by a caller.
 *
 * @throws WRONG_PARAMETER when it is not bytes
 */
export function copyOfValue(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) return copySecret(value);
  throw failure(PowerAuthErrorCode.WRONG_PARAMETER, `value: expected a Uint8Array, got ${describe(value)}`);
}

/** The error of every call after `close`. */
export function closedError(name: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
    `This ${name} storage was closed; make a new one to go on`,
  );
}

/** The reason that a lock's signal has when the lock was lost to somebody else: the section is given up, nothing is broken. */
export function lostLockError(lockName: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    `Lock ${JSON.stringify(lockName)} was lost: this process did not answer for seconds, and somebody else took it`,
  );
}

/** Calls a subscriber; what it throws becomes an uncaught error rather than the storage's. */
export function notify<T>(listener: (change: T) => void, change: T): void {
  queueMicrotask(() => listener(change));
}
