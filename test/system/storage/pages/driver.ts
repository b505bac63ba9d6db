/**
 * The driver as a global of the page, so that a test can say in one place what happens in which tab.
 *
 * @module
 */

import { localforageStorage } from '../../../../src/storage/localforage.ts';
import { sealedStorage } from '../../../../src/storage/sealed.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../../../src/storage/types.ts';

/** What a call came to, as a test gets it out of a page. */
export interface Outcome {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly cause?: string;
}

const storages = new Map<string, PowerAuthStorage>();
const notices: PowerAuthStorageChange[] = [];

/** What `powerAuthPage` is in the page. */
export const powerAuthPage = {
  localforageStorage,
  sealedStorage,
  /** All that the storages were told of changes by others. */
  notices,

  /** The storage of this name, made when it is first asked for. */
  storage(name: string): PowerAuthStorage {
    let storage = storages.get(name);
    if (storage === undefined) {
      storage = localforageStorage({ name });
      storage.subscribe((change) => notices.push(change));
      storages.set(name, storage);
    }
    return storage;
  },

  /** Closes it; the next one of this name is another object. */
  async close(name: string): Promise<void> {
    const storage = storages.get(name);
    storages.delete(name);
    await storage?.close();
  },

  /** A value, of bytes their number, or an error with its parts. */
  async outcome(call: Promise<unknown>): Promise<Outcome> {
    try {
      const value = await call;
      return { value: value instanceof Uint8Array ? value.length : value };
    } catch (error) {
      const { code = 'not a PowerAuthError', message, cause } = error as Error & { code?: string };
      return { code, message, cause: (cause as { name?: string } | undefined)?.name ?? 'none' };
    }
  },
};

Object.assign(globalThis, { powerAuthPage });
