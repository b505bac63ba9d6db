/**
 * Values by their ids, as a server remembers them, and which of them may have changed.
 *
 * @module
 */

/** Like a Map. Whoever gets a value may change it; so each one that was handed out counts as changed, except by {@link peek}. */
export class Records<V> {
  readonly #values = new Map<string, V>();
  readonly #touched = new Set<string>();
  #isWatched = false;

  get(id: string): V | undefined {
    if (this.#values.has(id)) this.#touch(id);
    return this.#values.get(id);
  }

  set(id: string, value: V): void {
    this.#values.set(id, value);
    this.#touch(id);
  }

  delete(id: string): boolean {
    this.#touch(id);
    return this.#values.delete(id);
  }

  clear(): void {
    for (const id of this.#values.keys()) this.#touch(id);
    this.#values.clear();
  }

  get size(): number {
    return this.#values.size;
  }

  has(id: string): boolean {
    return this.#values.has(id);
  }

  /** All values, in the order in which they were added. */
  values(): readonly V[] {
    for (const id of this.#values.keys()) this.#touch(id);
    return [...this.#values.values()];
  }

  /** The same for those who only read. */
  peek(): Iterable<V> {
    return this.#values.values();
  }

  /** The first value of this kind, or undefined, for those who only read. */
  find(isIt: (value: V) => boolean): V | undefined {
    for (const value of this.peek()) if (isIt(value)) return value;
    return undefined;
  }

  /** All ids and values, for those who only read. */
  entries(): Iterable<[string, V]> {
    return this.#values.entries();
  }

  /** From now on, {@link changes} tells what may have changed. */
  watch(): void {
    this.#isWatched = true;
  }

  /** Each id that may have changed since {@link forgetChanges}, with its value; undefined if it is gone. */
  changes(): readonly (readonly [string, V | undefined])[] {
    return this.#touched.size === 0
      ? []
      : [...this.#touched].map((id) => [id, this.#values.get(id)] as const);
  }

  /** They are known now. */
  forgetChanges(): void {
    this.#touched.clear();
  }

  #touch(id: string): void {
    if (this.#isWatched) this.#touched.add(id);
  }
}
