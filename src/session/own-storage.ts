/**
 * The storage that an instance opens itself, and closes when it ends.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from '../storage/types.ts';
import type { Change } from '../storage/updates.ts';
import { deconfigured } from '../util/abort.ts';
import { isInstance } from '../util/instance.ts';

/** What a storage rejects with when it is closed, and when its medium fails. */
const OF_STORAGES: readonly string[] = [
  PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
  PowerAuthErrorCode.UNKNOWN_ERROR,
];

/**
 * Calls that the end of the instance cuts short, or that come after it, end with OPERATION_CANCELED, like those that wait
 * for the server: the application knows nothing of a storage that was closed.
 */
export class OwnStorage implements PowerAuthStorage {
  readonly name: string;
  readonly #storage: PowerAuthStorage;
  readonly #ended: AbortSignal;

  /** @param ended aborted before the storage is closed */
  constructor(storage: PowerAuthStorage, ended: AbortSignal) {
    this.name = storage.name;
    this.#storage = storage;
    this.#ended = ended;
  }

  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#explained(this.#storage.get(key));
  }

  set(key: string, value: Uint8Array): Promise<void> {
    return this.#explained(this.#storage.set(key, value));
  }

  delete(key: string): Promise<void> {
    return this.#explained(this.#storage.delete(key));
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    const keys = this.#storage.list(prefix)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#explained(keys.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#explained(this.#storage.update(key, change));
  }

  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    return this.#explained(this.#storage.lock(name, section));
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    return this.#storage.subscribe(listener);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  async #explained<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      const isOfStorage = !isInstance(error, PowerAuthError) || OF_STORAGES.includes(error.code);
      if (!this.#ended.aborted || !isOfStorage) throw error;
      throw deconfigured(error);
    }
  }
}
