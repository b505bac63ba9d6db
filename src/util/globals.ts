/**
 * What every runtime has, and the sandbox of a test may hide.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';

/** The line of Jest's configuration that mends it. */
export const JEST_REMEDY =
  "in Jest with jsdom, which hides it, add `setupFiles: ['powerauth-wasm/testing/jsdom']` to Jest's configuration";

/**
 * A global of this runtime; looked up when it is needed, so that an import never fails for the lack of one.
 *
 * @throws UNKNOWN_ERROR where there is none
 */
export function requireGlobal<K extends 'TextEncoder' | 'TextDecoder' | 'fetch' | 'Headers'>(
  name: K,
): (typeof globalThis)[K] {
  const value = (globalThis as Partial<typeof globalThis>)[name];
  if (value !== undefined) return value;
  throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, `${name} is not defined here; ${JEST_REMEDY}`);
}
