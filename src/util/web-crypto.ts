/**
 * WebCrypto, if the runtime has it.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { JEST_REMEDY } from './globals.ts';

/**
 * WebCrypto of this runtime.
 *
 * @throws UNKNOWN_ERROR if it is missing
 */
export function webCrypto(): SubtleCrypto {
  // Browsers leave it out on pages loaded over plain HTTP, whatever the types say.
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  if (crypto?.subtle !== undefined) return crypto.subtle;
  throw failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Sealing needs WebCrypto, which this runtime doesn't have; in a browser, serve the page over HTTPS; ${JEST_REMEDY}`,
  );
}
