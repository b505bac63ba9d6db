/**
 * Globals that every runtime has, but the sandbox of a test may hide.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';

/** The line of Jest's configuration that fixes it. */
export const JEST_REMEDY =
  "in Jest with jsdom, which hides it, add `setupFiles: ['powerauth-wasm/testing/jsdom']` to Jest's configuration";

/**
 * A global of this runtime; looked up when it is needed, so that an import never fails because of a missing global.
 *
 * @throws UNKNOWN_ERROR if it is missing
 */
export function requireGlobal<K extends 'TextEncoder' | 'TextDecoder' | 'fetch' | 'Headers'>(
  name: K,
): (typeof globalThis)[K] {
  const value = (globalThis as Partial<typeof globalThis>)[name];
  if (value !== undefined) return value;
  throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, `${name} is not defined here; ${JEST_REMEDY}`);
}

/** Node's, also in Bun and Deno; not named as a global, so that no bundler adds a polyfill. */
export const { Buffer: NodeBuffer } = globalThis as {
  readonly Buffer?: {
    from?(
      memory: ArrayBufferLike,
      from?: number,
      length?: number,
    ): { toString(encoding: 'latin1' | 'base64', from?: number, to?: number): string };
  };
};
