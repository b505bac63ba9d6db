/**
 * Seals the values of any storage, see key-ring.ts.
 *
 * @module
 */

import { wipe } from '../util/bytes.ts';
import { assertKey, copyOfValue } from './driver/checks.ts';
import { heldStorage } from './driver/held.ts';
import { KeyRing } from './key-ring.ts';
import { importSealingKeys } from './sealing-key.ts';
import type {
  PowerAuthSealingKey,
  PowerAuthStorage,
  PowerAuthStorageChange,
  PowerAuthStorageLock,
} from './types.ts';
import type { Change } from './driver/updates.ts';

export { importSealingKey } from './sealing-key.ts';

type Keys = CryptoKey | readonly CryptoKey[];

/** The keys that `sealedStorage` accepts. */
export type SealingKeySource = PowerAuthSealingKey | (() => Promise<Keys>);

class SealedStorage implements PowerAuthStorage {
  readonly name: string;
  readonly #storage: PowerAuthStorage;
  readonly #keys: () => Promise<Keys>;
  readonly #mayChange: boolean;
  #ring: Promise<KeyRing> | undefined;
  readonly forget?: () => Promise<void>;

  /** @param mayChange whether `keys` may return others when it is called again */
  constructor(storage: PowerAuthStorage, keys: () => Promise<Keys>, mayChange: boolean) {
    this.name = `sealed ${storage.name}`;
    this.#storage = storage;
    this.#keys = keys;
    this.#mayChange = mayChange;
    const forget = storage.forget?.bind(storage);
    if (forget !== undefined) this.forget = forget;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const record = await this.#storage.get(key);
    return record === undefined ? undefined : (await this.#ringOf(record)).unseal(key, record);
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    assertKey(key);
    const copy = copyOfValue(value);
    try {
      const ring = await this.#ringOf(undefined);
      const record = await ring.seal(key, copy);
      await this.#storage.set(key, record);
      if (this.#mayChange) await this.#follow(key, record, ring);
    } finally {
      wipe(copy);
    }
  }

  delete(key: string): Promise<void> {
    return this.#storage.delete(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#storage.list(prefix);
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    let stored: Uint8Array<ArrayBuffer> | undefined;
    let made: { readonly record: Uint8Array; readonly ring: KeyRing } | undefined;
    try {
      await this.#storage.update(key, async (record) => {
        wipe(stored);
        stored = undefined;
        made = undefined;
        const ring = await this.#ringOf(record);
        const next = await change(record === undefined ? undefined : await ring.unseal(key, record));
        if (next === undefined) return undefined;
        stored = copyOfValue(next);
        const sealed = await ring.seal(key, stored);
        if (record === undefined) made = { record: sealed, ring };
        return sealed;
      });
      if (this.#mayChange && made !== undefined) await this.#follow(key, made.record, made.ring);
      return stored;
    } catch (error) {
      wipe(stored);
      throw error;
    }
  }

  lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    return this.#storage.lock(name, section);
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    return this.#storage.subscribe(listener);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  /**
   * The keys to read `record` with and to write its successor. If somebody may have replaced the key in the meantime,
   * they are requested again: for a record under an unknown key, and for a new record, which nobody could read
   * otherwise.
   */
  async #ringOf(record: Uint8Array | undefined): Promise<KeyRing> {
    if (this.#ring === undefined || !this.#mayChange) return this.#ready();
    const ring = await this.#ready();
    if (record !== undefined && ring.knows(record)) return ring;
    return this.#askedAgain(ring);
  }

  /**
   * The current keys, or `ring` if the key's file is gone: a user that has lost the key continues with the former one.
   *
   * @throws any other failure. It may be temporary, while a record under a dropped key stays unreadable
   */
  async #askedAgain(ring: KeyRing): Promise<KeyRing> {
    try {
      const asked = await KeyRing.create(await this.#keys());
      this.#ring = Promise.resolve(asked);
      return asked;
    } catch (error) {
      if (isGone(error)) return ring;
      throw error;
    }
  }

  /**
   * Seals a new record under the current key if the key was replaced in the meantime: the resealing of all records may
   * have finished before this one existed.
   */
  async #follow(key: string, record: Uint8Array, ring: KeyRing): Promise<void> {
    let [made, from] = [record, ring];
    for (;;) {
      const present = await this.#askedAgain(from);
      if (present.isCurrent(made)) return;
      const anew = await this.#sealAnew(key, from, present);
      if (anew === undefined) return;
      [made, from] = [anew, present];
    }
  }

  /** @returns the record; nothing if it is under the current key, gone, or somebody else's responsibility */
  async #sealAnew(key: string, from: KeyRing, present: KeyRing): Promise<Uint8Array | undefined> {
    let anew: Uint8Array<ArrayBuffer> | undefined;
    await this.#storage.update(key, async (current) => {
      anew = undefined;
      if (current === undefined || present.isCurrent(current)) return current;
      const reader = [present, from].find((ring) => ring.knows(current));
      if (reader === undefined) return current;
      anew = await present.sealAnew(key, current, reader);
      return anew;
    });
    return anew;
  }

  /** Requested once; keys that couldn't be read are requested again. */
  #ready(): Promise<KeyRing> {
    if (this.#ring === undefined) {
      const ring = this.#keys().then((keys) => KeyRing.create(keys));
      this.#ring = ring;
      ring.catch(() => (this.#ring = undefined));
    }
    return this.#ring;
  }
}

/** Whether a failure means that there is no such file. */
function isGone(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === 'ENOENT' || cause?.code === 'ENOENT';
}

/**
 * A storage whose values are sealed with AES-256-GCM before they reach `storage`; names stay readable. A value read is
 * exactly one that was stored under this name and one of the keys, or the call rejects and the record is left in place.
 *
 * @param storage any driver; closed together with the sealed storage
 * @param key 32 bytes (copied), an AES-256-GCM key, or several keys, of which the first seals and all unseal; or a
 *   function that returns them on first use
 * @throws WRONG_PARAMETER for any other key. Calls that read reject with INVALID_ACTIVATION_DATA for a record that was
 *   sealed with another key, damaged, or swapped with another one; the message says which and why
 *
 * @example
 * ```ts
 * const storage = sealedStorage(memoryStorage(), crypto.getRandomValues(new Uint8Array(32)));
 * await storage.set('secret', new TextEncoder().encode('nobody else reads this'));
 * ```
 */
export function sealedStorage(storage: PowerAuthStorage, key: SealingKeySource): PowerAuthStorage {
  return heldStorage(sealedUnheld(storage, key));
}

/**
 * The same for callers that keep the process alive themselves, and abandon calls of a storage that hangs: after that,
 * nothing may keep it alive.
 *
 * @param mayChange whether a function may return other keys later, and is called again when that matters
 * @internal
 */
export function sealedUnheld(
  storage: PowerAuthStorage,
  key: SealingKeySource,
  mayChange = false,
): PowerAuthStorage {
  if (typeof key === 'function') return new SealedStorage(storage, key, mayChange);
  // Imported at once, so that no copy of the bytes stays behind. The calls that need the key report a failure.
  const imported = importSealingKeys(key);
  imported.catch(() => undefined);
  return new SealedStorage(storage, () => imported, false);
}
