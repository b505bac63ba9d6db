/**
 * The defaults of this package in runtimes for which we have no durable storage. The same list as `./node.ts`.
 *
 * @module
 */

import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { memoryStorage, MemorySpace } from '../storage/memory.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import type { OpenChannel } from '../util/insight.ts';

let space: MemorySpace | undefined;

/**
 * A new storage object in this runtime's memory. All of them share their records, so an instance that is deconfigured
 * and configured again finds its activation, as it does on a disk. The caller closes it.
 */
export function defaultStorage(): PowerAuthStorage {
  space ??= new MemorySpace();
  return memoryStorage(space);
}

/**
 * The key that seals the records of `storage` unless the caller passes one: the one that the storage keeps with them.
 *
 * @throws WRONG_PARAMETER for a storage without a key: a key that is lost with this page would make durable records
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

/** The provider of the biometry factor unless the caller passes one: this package knows none of this platform. */
export function defaultBiometry(): PowerAuthBiometryProvider | undefined {
  return undefined;
}

/** No channels are known here; an observer is told the same. */
export const openChannel: OpenChannel = () => undefined;
