/**
 * WebCrypto, where the runtime has it.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { JEST_REMEDY } from './globals.ts';

/**
 * WebCrypto of this runtime.
 *
 * @throws UNKNOWN_ERROR where there is none
 */
export function webCrypto(): SubtleCrypto {
  // Browsers leave it out on pages that came over plain HTTP, whatever the types say.
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  if (crypto?.subtle !== undefined) return crypto.subtle;
  throw failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Sealing needs WebCrypto, which this runtime has not; in a browser, serve the page over HTTPS; ${JEST_REMEDY}`,
  );
}
