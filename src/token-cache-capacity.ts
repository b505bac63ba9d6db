/**
 * How many tokens a thread keeps ready.
 *
 * @module
 */

import { tokenCache } from './session/token-cache.ts';
import { wrongNumber } from './util/validate.ts';

/** What a table of key slots can address. */
const MAX_CAPACITY = 16_000_000;

/**
 * Sets how many access tokens the instances of this thread keep in key slots together: a million unless it is set, at 128 B
 * of WebAssembly memory each. A token that isn't there is read from the storage when its header is wanted. Where there are
 * more, each instance gets a fair share: one that has more than the bound divided by the instances with tokens loses its
 * own oldest first. A token that a header generator holds stays. A smaller bound has effect at once.
 *
 * @param tokens 1 to 16 000 000
 * @throws WRONG_PARAMETER
 * @example
 * ```ts
 * setTokenCacheCapacity(100_000);
 * ```
 */
export function setTokenCacheCapacity(tokens: number): void {
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > MAX_CAPACITY)
    throw wrongNumber('tokens', `an integer of 1 to ${MAX_CAPACITY}`, tokens);
  tokenCache.capacity = tokens;
}
