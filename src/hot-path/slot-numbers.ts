/**
 * Which key slots are in use.
 *
 * @module
 */

import type { KeySlot } from './types.ts';

/** Gives out the lowest numbers that it can reuse, so that memory stays as small as the number of tokens. */
export class SlotNumbers {
  #next = 0;
  readonly #free: KeySlot[] = [];

  /** Numbers in use. */
  get size(): number {
    return this.#next - this.#free.length;
  }

  take(): KeySlot {
    return this.#free.pop() ?? (this.#next++ as KeySlot);
  }

  free(slot: KeySlot): void {
    this.#free.push(slot);
  }
}
