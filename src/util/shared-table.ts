/**
 * What several users share, for as long as there is one.
 *
 * @module
 */

interface Entry<V> {
  readonly value: V;
  users: number;
}

/** A table of shared things. An entry goes with its last user. */
export class SharedTable<K, V> {
  readonly #entries = new Map<K, Entry<V>>();

  /** What is shared under `key`, made where there is none; to be given back with {@link release}. */
  take(key: K, make: () => V): V {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), users: 0 };
      this.#entries.set(key, entry);
    }
    entry.users++;
    return entry.value;
  }

  /** @returns whether this was the last user, so that `value` has none any more */
  release(key: K, value: V): boolean {
    const entry = this.#entries.get(key);
    // One that was dropped may have a successor.
    if (entry?.value !== value) return false;
    if (--entry.users > 0) return false;
    this.#entries.delete(key);
    return true;
  }

  /** Takes `value` out, though it has users, who go on with it. Whoever comes next gets another one. */
  drop(key: K, value: V): void {
    if (this.#entries.get(key)?.value === value) this.#entries.delete(key);
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }
}
