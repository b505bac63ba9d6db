/**
 * What this package uses where the caller chooses nothing, in runtimes without a durable storage of ours. The same list
 * as `./node.ts`.
 *
 * @module
 */

import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { memoryStorage, MemorySpace } from '../storage/memory.ts';
import type { PowerAuthStorage } from '../storage/types.ts';

let space: MemorySpace | undefined;

/**
 * A new storage object on this runtime's memory. All of them share their records, so that an instance that is
 * deconfigured and configured again finds its activation, as it does on a disk. The caller closes it.
 */
export function defaultStorage(): PowerAuthStorage {
  space ??= new MemorySpace();
  return memoryStorage(space);
}

/**
 * The key that seals the records of `storage` unless the caller has one: the one that the storage keeps beside them.
 *
 * @throws WRONG_PARAMETER for a storage without one: a key that is lost with this page would make durable records
 *   unreadable
 */
export async function defaultSealingKey(
  storage: PowerAuthStorage,
): Promise<CryptoKey | readonly CryptoKey[]> {
  if (storage.sealingKey !== undefined) return storage.sealingKey();
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `sealingKey: the ${storage.name} storage needs one, because this runtime keeps no keys; pass 32 bytes or a CryptoKey`,
  );
}

/** The provider of the biometry factor unless the caller has one: The platform has none that this package knows. */
export function defaultBiometry(): PowerAuthBiometryProvider | undefined {
  return undefined;
}
