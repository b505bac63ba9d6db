/** What those who work on a store tell of it, before and after each change, for whoever looks at it after their death. */

import { appendFileSync } from 'node:fs';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';

/** A line of the marks; `value` is undefined for a removed record. */
export interface Mark {
  readonly kind: 'begun' | 'acknowledged';
  readonly key: string;
  readonly value?: string;
}

/** Keys that begin with it are sealed with the folder's own key. */
export const SEALED = 'sealed/';

/** Counted up by several processes at once. */
export const COUNTER = 'counter';

/** Works on records, and marks in a file what it does; marks are never lost, whatever becomes of the process. */
export class MarkedWriter {
  readonly #marks: string;
  readonly #who: string;
  #changes = 0;

  /** @param who its values begin with, so that no other has the same */
  constructor(marks: string, who: string) {
    this.#marks = marks;
    this.#who = who;
  }

  async set(storage: PowerAuthStorage, key: string, length = 400): Promise<void> {
    const value = this.#newValue(length);
    await this.#change(key, value, () => storage.set(key, Buffer.from(value)));
  }

  async update(storage: PowerAuthStorage, key: string, length = 400): Promise<void> {
    const value = this.#newValue(length);
    await this.#change(key, value, () => storage.update(key, () => Buffer.from(value)));
  }

  async remove(storage: PowerAuthStorage, key: string): Promise<void> {
    await this.#change(key, undefined, () => storage.delete(key));
  }

  async count(storage: PowerAuthStorage): Promise<void> {
    this.#mark('begun', COUNTER);
    const counted = await storage.update(COUNTER, (current) =>
      Buffer.from(String(Number(Buffer.from(current ?? []).toString()) + 1)),
    );
    this.#mark('acknowledged', COUNTER, Buffer.from(counted ?? []).toString());
  }

  async #change(key: string, value: string | undefined, change: () => Promise<unknown>): Promise<void> {
    this.#mark('begun', key, value);
    await change();
    this.#mark('acknowledged', key, value);
  }

  #mark(kind: Mark['kind'], key: string, value?: string): void {
    const mark: Mark = { kind, key, ...(value === undefined ? {} : { value }) };
    appendFileSync(this.#marks, `${JSON.stringify(mark)}\n`);
  }

  #newValue(length: number): string {
    return `${this.#who} ${++this.#changes} `.padEnd(length, 'x');
  }
}

/** The same storage, sealed with the key in its folder. */
export const sealedWithOwnKey = (storage: PowerAuthStorage): PowerAuthStorage =>
  sealedStorage(storage, async () => {
    const key = await storage.sealingKey?.();
    if (key === undefined) throw new Error('The storage has no key of its own');
    return key;
  });
