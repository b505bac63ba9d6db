/**
 * The sealed storages of this thread. Instances that use one storage under the same key share it.
 *
 * @module
 */

import { defaultSealingKey, defaultStorage } from '#platform';
import type { PowerAuthKeychainConfigurationData } from '../model/power-auth-keychain-configuration.ts';
import { sealedUnheld } from '../storage/sealed.ts';
import { importSealingKeys } from '../storage/sealing-key.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { Hidden } from '../util/hidden.ts';
import { numberOf } from '../util/identity.ts';
import { SharedTable } from '../util/shared-table.ts';
import { ChangeHub } from './change-hub.ts';

type SealingKeys = CryptoKey | readonly CryptoKey[];

const stores = new SharedTable<string, Promise<Store>>();

/** A storage, sealed, and the changes that others make there. Nothing is read before an instance is used. */
export class Store {
  readonly sealed: PowerAuthStorage;
  /** Hears the unsealed storage, once for all instances that use it. */
  readonly hub: ChangeHub;
  /** The sealing key is undefined if the storage, or the runtime, has its own. */
  readonly secrets: Hidden<{ readonly sealingKey: SealingKeys | undefined }>;
  readonly #isOwn: boolean;

  private constructor(medium: PowerAuthStorage, isOwn: boolean, sealingKey: SealingKeys | undefined) {
    // A storage without its own key can't replace the key either.
    const mayChange = medium.sealingKey !== undefined;
    this.sealed = sealedUnheld(medium, sealingKey ?? (() => defaultSealingKey(medium)), mayChange);
    this.secrets = new Hidden({ sealingKey });
    this.#isOwn = isOwn;
    this.hub = ChangeHub.take(medium);
  }

  /**
   * The store of an instance; bytes of keys are copied before a promise is returned. A default storage is not shared
   * beyond equal settings.
   *
   * @param keyName a text that is the same for equal sealing keys
   */
  static take(
    { storage, sealingKey }: PowerAuthKeychainConfigurationData,
    keyName: string | undefined,
  ): StoreUse {
    const open = async (): Promise<Store> => {
      const medium = storage ?? defaultStorage();
      // Bytes are kept as a key that reveals them to nobody, not even to readers of the configuration.
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

  /** Closes the storage, unless it is the caller's. Call this when nobody writes any more. */
  async close(): Promise<void> {
    if (this.#isOwn) await this.sealed.close();
  }
}

/** One use of a store that is open, or being opened. */
export class StoreUse {
  readonly opened: Promise<Store>;
  readonly #name: string | undefined;

  constructor(name: string | undefined, opened: Promise<Store>) {
    this.opened = opened;
    this.#name = name;
    // The next user tries again.
    opened.catch(() => name !== undefined && stores.drop(name, opened));
  }

  /** Returns the store. */
  release(store: Store): void {
    if (this.#name === undefined || stores.release(this.#name, this.opened)) store.hub.release();
  }
}

/** Number of stores in use; for tests. @internal */
export const storeCount = (): number => stores.size;
