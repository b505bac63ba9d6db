/**
 * The storages of this thread, sealed: what all instances share that use one under the same key.
 *
 * @module
 */

import { defaultSealingKey, defaultStorage } from '#platform';
import type { PowerAuthKeychainConfigurationData } from '../model/power-auth-keychain-configuration.ts';
import { sealedUnheld } from '../storage/sealed.ts';
import { importSealingKeys } from '../storage/sealing-key.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { numberOf } from '../util/identity.ts';
import { SharedTable } from '../util/shared-table.ts';
import { ChangeHub } from './change-hub.ts';

type SealingKeys = CryptoKey | readonly CryptoKey[];

const stores = new SharedTable<string, Promise<Store>>();

/** A storage, sealed, and the changes that others make there. Nothing is read before an instance is used. */
export class Store {
  readonly sealed: PowerAuthStorage;
  /** Of the medium itself, which all who share it hear together. */
  readonly hub: ChangeHub;
  /** Undefined where the storage has its own, or the runtime. */
  readonly sealingKey: SealingKeys | undefined;
  readonly #isOwn: boolean;

  private constructor(medium: PowerAuthStorage, isOwn: boolean, sealingKey: SealingKeys | undefined) {
    // Who keeps no key of its own can't replace it either.
    const mayChange = medium.sealingKey !== undefined;
    this.sealed = sealedUnheld(medium, sealingKey ?? (() => defaultSealingKey(medium)), mayChange);
    this.sealingKey = sealingKey;
    this.#isOwn = isOwn;
    this.hub = ChangeHub.take(medium);
  }

  /**
   * The store of an instance; bytes of keys are copied before a promise is returned. A default storage is not shared beyond
   * equal settings.
   *
   * @param keyName a text that is the same for equal sealing keys
   */
  static take(
    { storage, sealingKey }: PowerAuthKeychainConfigurationData,
    keyName: string | undefined,
  ): StoreUse {
    const open = async (): Promise<Store> => {
      const medium = storage ?? defaultStorage();
      // Bytes are kept as a key that gives them to nobody, not even to readers of the configuration.
      const imported = sealingKey && (await importSealingKeys(sealingKey));
      if (Array.isArray(imported)) Object.freeze(imported);
      return new Store(medium, storage === undefined, imported);
    };
    if (storage === undefined || keyName === undefined) return new StoreUse(undefined, open());
    const name = `${numberOf(storage)} ${keyName}`;
    return new StoreUse(
      name,
      stores.take(name, () => open()),
    );
  }

  /** Closes the storage, unless it is the caller's: nobody writes any more. */
  async close(): Promise<void> {
    if (this.#isOwn) await this.sealed.close();
  }
}

/** One of those who use a store that is there, or is being opened. */
export class StoreUse {
  readonly opened: Promise<Store>;
  readonly #name: string | undefined;

  constructor(name: string | undefined, opened: Promise<Store>) {
    this.opened = opened;
    this.#name = name;
    // Whoever comes next tries again.
    opened.catch(() => name !== undefined && stores.drop(name, opened));
  }

  /** Gives it back. */
  release(store: Store): void {
    if (this.#name === undefined || stores.release(this.#name, this.opened)) store.hub.release();
  }
}

/** Number of stores in use; for tests. @internal */
export const storeCount = (): number => stores.size;
