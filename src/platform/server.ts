/**
 * The defaults of this package in code that runs only on a server, and is bundled as such: React's server components,
 * and route handlers of Next. The same list as `./node.ts`.
 *
 * @module
 */

import { dataFolder } from '../storage/node/data-folder.ts';
import { readOrCreateKeyFile } from '../storage/node/key-file.ts';
import { sqliteStorage } from '../storage/sqlite.ts';
import type { PowerAuthStorage } from '../storage/types.ts';

export { defaultBiometry, openChannel } from './node.ts';

/**
 * A new storage object on the data folder of the user who runs the server, see {@link sqliteStorage}. The caller closes it.
 *
 * @throws WRONG_PARAMETER for a user without a home folder
 */
export function defaultStorage(): PowerAuthStorage {
  return sqliteStorage();
}

/** As in `./node.ts`. */
export async function defaultSealingKey(
  storage: PowerAuthStorage,
): Promise<CryptoKey | readonly CryptoKey[]> {
  return storage.sealingKey === undefined ? readOrCreateKeyFile(dataFolder()) : storage.sealingKey();
}
