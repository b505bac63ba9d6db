/**
 * Lists what a store holds.
 *
 * @module
 */

import { instanceOf } from '../session/record-keys.ts';
import type { PowerAuthStorage } from '../storage/types.ts';
import { describeRecord, openStore, orUnreadable, ownKeys } from './store.ts';
import type { PowerAuthStore, PowerAuthStoredRecord } from './types.ts';

/** Lists one record after another. Of the earlier ones, only the last instance's activation id is remembered. */
export async function* list(
  store: PowerAuthStore,
  instanceId: string | undefined,
): AsyncGenerator<PowerAuthStoredRecord, void, undefined> {
  const sealed = openStore(store);
  const activations = new LastActivation(sealed);
  for await (const key of ownKeys(store.storage, instanceId)) {
    const record = await orUnreadable(key, async () => {
      const bytes = await sealed.get(key);
      return bytes && describeRecord(key, bytes);
    });
    // It was removed after it was listed.
    if (record === undefined) continue;
    if (record.type !== 'token') {
      yield record;
      continue;
    }
    const present = await activations.idFor(key);
    yield { ...record, isOrphan: present !== null && present !== record.activationId };
  }
}

/**
 * Finds the activation in the same instance as a token. Most storages list the records of an instance one after
 * another.
 */
export class LastActivation {
  readonly #sealed: PowerAuthStorage;
  #instance: string | undefined;
  #id: string | null | undefined;

  /** @param sealed as {@link openStore} opens it */
  constructor(sealed: PowerAuthStorage) {
    this.#sealed = sealed;
  }

  /** The activation's id; undefined if there is none, null if it can't be read. */
  async idFor(key: string): Promise<string | null | undefined> {
    const instance = instanceOf(key);
    if (instance !== this.#instance) {
      const id = await this.#read(`${instance}activation`);
      this.#instance = instance;
      this.#id = id;
    }
    return this.#id;
  }

  async #read(key: string): Promise<string | null | undefined> {
    const bytes = await orUnreadable(key, () => this.#sealed.get(key));
    if (bytes === undefined) return undefined;
    if (!(bytes instanceof Uint8Array)) return null;
    const record = await orUnreadable(key, async () => describeRecord(key, bytes));
    if (record.type === 'unreadable') return null;
    return record.type === 'activation' ? record.activationId : undefined;
  }
}
