/** What those who work on a store while its disk is recorded tell of it. */

import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';

/** A line of the marks; `value` is undefined for a removed record. */
export interface Mark {
  readonly kind: 'begun' | 'acknowledged';
  readonly key: string;
  readonly value?: string;
}

/** Keys that begin with it are sealed with the folder's own key. */
export const SEALED = 'sealed/';

/** Counted up by several processes at once. */
export const COUNTER = 'counter';

/** The same storage, sealed with the key in its folder. */
export const sealedWithOwnKey = (storage: PowerAuthStorage): PowerAuthStorage =>
  sealedStorage(storage, async () => {
    const key = await storage.sealingKey?.();
    if (key === undefined) throw new Error('The storage has no key of its own');
    return key;
  });
