/**
 * The checks that all drivers share.
 *
 * @module
 */

import { failure, PowerAuthErrorCode, type PowerAuthError } from '../../errors.ts';
import { copySecret } from '../../util/bytes.ts';
import { isInstance } from '../../util/instance.ts';
import { describe } from '../../util/validate.ts';

/** Longest key, prefix and lock name, in UTF-16 units. */
export const MAX_KEY_LENGTH = 512;

/**
 * Refuses anything that isn't a valid key (or lock name).
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
 * Refuses anything that isn't a valid prefix of keys. The empty string is valid.
 *
 * @throws WRONG_PARAMETER
 */
export function assertPrefix(prefix: unknown): asserts prefix is string {
  if (prefix !== '') assertKey(prefix, 'prefix');
}

/**
 * A copy of a value given by a caller.
 *
 * @throws WRONG_PARAMETER if it isn't bytes
 */
export function copyOfValue(value: unknown): Uint8Array<ArrayBuffer> {
  // isView knows proxies and objects that only inherit: their length can't be read.
  if (ArrayBuffer.isView(value) && isInstance(value, Uint8Array)) return copySecret(value);
  throw failure(PowerAuthErrorCode.WRONG_PARAMETER, `value: expected a Uint8Array, got ${describe(value)}`);
}

/** The error of every call after `close`. */
export function closedError(name: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
    `This ${name} storage was closed; create a new one to continue`,
  );
}

/**
 * The reason that a lock's signal has when somebody else took the lock over: the section is abandoned, nothing is
 * broken.
 */
export function lostLockError(lockName: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    `Lock ${JSON.stringify(lockName)} was lost: this process did not answer for seconds, and somebody else took it`,
  );
}

/** Calls a subscriber. An error that it throws becomes an uncaught error instead of the storage's. */
export function notify<T>(listener: (change: T) => void, change: T): void {
  queueMicrotask(() => listener(change));
}
