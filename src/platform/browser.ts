/**
 * The defaults of this package in browsers. The same list as `./node.ts`.
 *
 * @module
 */

import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { webAuthnBiometry } from '../biometry/webauthn.ts';
import { localforageStorage } from '../storage/localforage.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import type { OpenChannel } from '../util/insight.ts';

/** A new storage object on this origin's database, see {@link localforageStorage}. The caller closes it. */
export function defaultStorage(): PowerAuthStorage {
  return localforageStorage();
}

/**
 * The key that seals the records of `storage` unless the caller passes one: the storage's own key, or else the one in
 * this origin's default database.
 *
 * @throws UNKNOWN_ERROR if that database can't be used, WRONG_PARAMETER for a storage that needs the caller's key
 */
export async function defaultSealingKey(
  storage: PowerAuthStorage,
): Promise<CryptoKey | readonly CryptoKey[]> {
  if (storage.sealingKey !== undefined) return storage.sealingKey();
  const keeper = defaultStorage();
  try {
    if (keeper.sealingKey === undefined) throw new TypeError('the default storage keeps a key');
    return await keeper.sealingKey();
  } finally {
    await keeper.close();
  }
}

/** The provider of the biometry factor unless the caller passes one: passkeys of this device. */
export function defaultBiometry(): PowerAuthBiometryProvider | undefined {
  return webAuthnBiometry();
}

/** No channels are known here; an observer is told the same. */
export const openChannel: OpenChannel = () => undefined;
