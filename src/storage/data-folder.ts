/**
 * Where this package keeps data in Node, unless told otherwise.
 *
 * @module
 */

import envPaths from 'env-paths';

/** `~/.local/share/powerauth-wasm` on Linux (or under `$XDG_DATA_HOME`), and what other systems have for it. */
export function dataFolder(): string {
  return envPaths('powerauth-wasm', { suffix: '' }).data;
}
