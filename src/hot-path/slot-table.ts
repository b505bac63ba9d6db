/**
 * The key slots in use, their owners and kinds.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { KEY_KINDS, type KeyKind, type KeySlot } from './types.ts';

/** The owner of slots whose callers name none. */
export const UNOWNED: object = Object.freeze({});

/** The error for a slot that is free, or belongs to another owner. */
export function notItsOwner(): Error {
  return failure(
    PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE,
    'The token was removed, and its key slot was released',
  );
}

/**
 * Gives out slot numbers, those that were freed first, so that memory stays as small as the number of tokens. Numbers
 * are reused: a caller must name the owner, too.
 */
export class SlotTable {
  /** By slot; undefined for a free one. */
  readonly #owners: (object | undefined)[] = [];
  #kinds = new Uint8Array(64);
  readonly #free: KeySlot[] = [];

  /** Slots in use. */
  get size(): number {
    return this.#owners.length - this.#free.length;
  }

  take(owner: object, kind: KeyKind): KeySlot {
    const slot = this.#free.pop() ?? (this.#owners.length as KeySlot);
    this.#owners[slot] = owner;
    if (slot >= this.#kinds.length) {
      const grown = new Uint8Array(2 * slot);
      grown.set(this.#kinds);
      this.#kinds = grown;
    }
    this.#kinds[slot] = KEY_KINDS.indexOf(kind);
    return slot;
  }

  free(slot: KeySlot): void {
    this.#owners[slot] = undefined;
    this.#free.push(slot);
  }

  /** Whether the slot is in use and belongs to this owner. */
  isOf(slot: KeySlot, owner: object): boolean {
    return this.#owners[slot] === owner;
  }

  /** @throws LOCAL_TOKEN_NOT_AVAILABLE if the slot is free, or belongs to another owner */
  assertIsOf(slot: KeySlot, owner: object): void {
    if (this.#owners[slot] !== owner) throw notItsOwner();
  }

  kindOf(slot: KeySlot): KeyKind | undefined {
    return this.#owners[slot] === undefined ? undefined : KEY_KINDS[this.#kinds[slot] ?? 0];
  }
}
