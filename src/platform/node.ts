/**
 * What this package uses in Node where the caller chooses nothing. `./default.ts` is the same list for other runtimes;
 * the `imports` of package.json choose between them.
 *
 * @module
 */

import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { dataFolder } from '../storage/node/data-folder.ts';
import { readOrCreateKeyFile } from '../storage/node/key-file.ts';
import { sqliteStorage } from '../storage/sqlite.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { assertOneUser } from './one-user.ts';

/**
 * A new storage object on the user's data folder, see {@link sqliteStorage}. The caller closes it.
 *
 * @throws WRONG_PARAMETER where code for pages runs, see {@link assertOneUser}, and for a user without a home folder
 */
export function defaultStorage(): PowerAuthStorage {
  assertOneUser('storage');
  return sqliteStorage();
}

/**
 * The key that seals the records of `storage` unless the caller has one: where the storage says that it belongs (for sqlite
 * a file in its own folder), else the file `sealing.key` in the user's data folder.
 *
 * @throws UNKNOWN_ERROR when the key file cannot be used, WRONG_PARAMETER for a storage that needs a key of the caller's
 */
export async function defaultSealingKey(
  storage: PowerAuthStorage,
): Promise<CryptoKey | readonly CryptoKey[]> {
  if (storage.sealingKey !== undefined) return storage.sealingKey();
  assertOneUser('sealingKey');
  return readOrCreateKeyFile(dataFolder());
}

/** The provider of the biometry factor unless the caller has one: Node has none of its own. */
export function defaultBiometry(): PowerAuthBiometryProvider | undefined {
  return undefined;
}
