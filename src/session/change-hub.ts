/**
 * Tells each session what others changed of its records.
 *
 * @module
 */

import type { PowerAuthStorage } from '../storage/types.ts';

import { SharedTable } from '../util/shared-table.ts';
import { Throttle } from '../util/throttle.ts';
import { instanceOf } from './record-keys.ts';

/** What hears of changes: a session. */
export interface HubMember {
  /** Somebody else changed this record of its own. */
  changed(key: string): void;
  /** Anything may have changed: {@link ChangeHub.epoch} is another one. Only said to those who asked for it. */
  doubted(): void;
}

/** One for each storage object that is in use. */
const hubs = new SharedTable<PowerAuthStorage, ChangeHub>();

/** Loads of cold tokens from one storage at once. The thread answers in between, however many are asked for. */
const LOADS_AT_ONCE = 64;

/**
 * Hears a storage once, however many sessions use it. A changed record costs as much with one of them as with a hundred
 * thousand, and so does a notice that anything may have changed: that is an epoch, which they compare when they are used.
 */
export class ChangeHub {
  /** Grows when anything may have changed. */
  epoch = 0;
  /** Takes turns at the storage. */
  readonly loads = new Throttle(LOADS_AT_ONCE);
  readonly #storage: PowerAuthStorage;
  readonly #members = new Map<string, HubMember>();
  readonly #attentive = new Set<HubMember>();
  #unsubscribe: (() => void) | undefined;

  private constructor(storage: PowerAuthStorage) {
    this.#storage = storage;
  }

  /** That of a storage object, shared with all who use it; to be given back with {@link release}. */
  static take(storage: PowerAuthStorage): ChangeHub {
    return hubs.take(storage, () => new ChangeHub(storage));
  }

  /** Gives it back. */
  release(): void {
    hubs.release(this.#storage, this);
  }

  /**
   * From here on the member is told of changes of its own records.
   *
   * @param instance as {@link instanceOf} has it
   * @throws INVALID_NATIVE_OBJECT when the storage is closed
   */
  enter(instance: string, member: HubMember): void {
    this.#unsubscribe ??= this.#storage.subscribe((change) => this.#onChange(change));
    this.#members.set(instance, member);
  }

  /** The last one ends the subscription. */
  leave(instance: string, member: HubMember): void {
    this.#attentive.delete(member);
    if (this.#members.get(instance) === member) this.#members.delete(instance);
    if (this.#members.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Whether the member is told when anything may have changed, rather than finding out at its next use. */
  tellAtOnce(member: HubMember, isTold: boolean): void {
    if (isTold) this.#attentive.add(member);
    else this.#attentive.delete(member);
  }

  #onChange(change: unknown): void {
    const keys = namesOf(change);
    if (keys === undefined) {
      this.epoch++;
      for (const member of this.#attentive) member.doubted();
      return;
    }
    for (const key of keys) this.#members.get(instanceOf(key))?.changed(key);
  }
}

/** The keys that a notice names; undefined where anything may have changed, as after one that no driver should give. */
function namesOf(change: unknown): readonly string[] | undefined {
  const isList = Array.isArray(change) && change.every((key) => typeof key === 'string');
  return isList ? change : undefined;
}

/** What is in use; for tests. @internal */
export const hubCount = (): number => hubs.size;
