/**
 * Tells each session what others changed of its records.
 *
 * @module
 */

import { notify } from '../storage/driver/checks.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../storage/types.ts';
import { instanceOf } from './record-keys.ts';

type Listener = (change: PowerAuthStorageChange) => void;

/** One for each storage object that is in use. */
const hubs = new WeakMap<PowerAuthStorage, ChangeHub>();

/** Hears a storage once, however many sessions use it: a change costs as much with one of them as with ten thousand. */
class ChangeHub {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #unsubscribe: () => void;

  constructor(storage: PowerAuthStorage) {
    this.#unsubscribe = storage.subscribe((change) => this.#onChange(change));
  }

  add(instance: string, listener: Listener): void {
    const listeners = this.#listeners.get(instance);
    if (listeners === undefined) this.#listeners.set(instance, new Set([listener]));
    else listeners.add(listener);
  }

  /** @returns whether anybody is left who listens; if not, it hears the storage no longer */
  remove(instance: string, listener: Listener): boolean {
    const listeners = this.#listeners.get(instance);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(instance);
    if (this.#listeners.size > 0) return true;
    this.#unsubscribe();
    return false;
  }

  #onChange(change: PowerAuthStorageChange): void {
    if (change === 'all') {
      for (const instance of this.#listeners.keys()) this.#tell(instance, change);
      return;
    }
    const keys = new Map<string, string[]>();
    for (const key of change) {
      const instance = instanceOf(key);
      const others = keys.get(instance);
      if (others === undefined) keys.set(instance, [key]);
      else others.push(key);
    }
    for (const [instance, own] of keys) this.#tell(instance, own);
  }

  #tell(instance: string, change: PowerAuthStorageChange): void {
    for (const listener of this.#listeners.get(instance) ?? []) {
      notify<PowerAuthStorageChange>((own) => {
        if (this.#listeners.get(instance)?.has(listener) === true) listener(own);
      }, change);
    }
  }
}

/**
 * As `storage.subscribe`, for the records of one instance alone.
 *
 * @param storage the same object for all who share it
 * @param instance as {@link instanceOf} has it
 */
export function subscribeTo(storage: PowerAuthStorage, instance: string, listener: Listener): () => void {
  const hub = hubs.get(storage) ?? new ChangeHub(storage);
  hubs.set(storage, hub);
  // One entry for each call, whether or not the same function was given twice.
  const own: Listener = (change) => listener(change);
  hub.add(instance, own);
  return () => {
    // One that nobody listens to may have a successor already.
    if (!hub.remove(instance, own) && hubs.get(storage) === hub) hubs.delete(storage);
  };
}
