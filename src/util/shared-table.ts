/**
 * Values that several users share, as long as there is a user.
 *
 * @module
 */

interface Entry<V> {
  readonly value: V;
  users: number;
}

/** A table of shared values. An entry is removed with its last user. */
export class SharedTable<K, V> {
  readonly #entries = new Map<K, Entry<V>>();

  /** Returns the value that is shared under `key`, and creates it if it is missing. Return it with {@link release}. */
  take(key: K, make: () => V): V {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), users: 0 };
      this.#entries.set(key, entry);
    }
    entry.users++;
    return entry.value;
  }

  /** @returns whether this was the last user of `value` */
  release(key: K, value: V): boolean {
    const entry = this.#entries.get(key);
    // A value that was dropped may have a successor.
    if (entry?.value !== value) return false;
    if (--entry.users > 0) return false;
    this.#entries.delete(key);
    return true;
  }

  /** Removes `value` although it has users, which keep using it. The next user gets another one. */
  drop(key: K, value: V): void {
    if (this.#entries.get(key)?.value === value) this.#entries.delete(key);
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }
}
