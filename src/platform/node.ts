/**
 * The defaults of this package in Node. `./default.ts` is the same list for other runtimes; the `imports` of
 * package.json choose between them.
 *
 * @module
 */

import { channel } from 'node:diagnostics_channel';
import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { dataFolder } from '../storage/node/data-folder.ts';
import { readOrCreateKeyFile } from '../storage/node/key-file.ts';
import { sqliteStorage } from '../storage/sqlite.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import type { OpenChannel } from '../util/insight.ts';
import { assertOneUser } from './one-user.ts';

/**
 * A new storage object on the user's data folder, see {@link sqliteStorage}. The caller closes it.
 *
 * @throws WRONG_PARAMETER if code for pages runs here, see {@link assertOneUser}, and for a user without a home folder
 */
export function defaultStorage(): PowerAuthStorage {
  assertOneUser('storage');
  return sqliteStorage();
}

/**
 * The key that seals the records of `storage` unless the caller passes one: the storage's own key (for sqlite a file in
 * its folder), or else the file `sealing.key` in the user's data folder.
 *
 * @throws UNKNOWN_ERROR if the key file can't be used, WRONG_PARAMETER for a storage that needs the caller's key
 */
export async function defaultSealingKey(
  storage: PowerAuthStorage,
): Promise<CryptoKey | readonly CryptoKey[]> {
  if (storage.sealingKey !== undefined) return storage.sealingKey();
  assertOneUser('sealingKey');
  return readOrCreateKeyFile(dataFolder());
}

/** The provider of the biometry factor unless the caller passes one: Node has none. */
export function defaultBiometry(): PowerAuthBiometryProvider | undefined {
  return undefined;
}

/** A channel of `diagnostics_channel`, for subscribers to what the SDK does. */
export const openChannel: OpenChannel = (name) => channel(name);
