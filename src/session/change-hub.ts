/**
 * Tells each session which of its records others changed.
 *
 * @module
 */

import type { PowerAuthStorage } from '../storage/types.ts';
import { SharedTable } from '../util/shared-table.ts';
import { afterArrivals, inTime } from '../util/patience.ts';
import { Throttle } from '../util/throttle.ts';
import { instanceOf } from './record-keys.ts';

/** A receiver of changes: a session. */
export interface HubMember {
  /** Called when somebody else changed this record of the session. */
  changed(key: string): void;
  /**
   * Called when anything may have changed: {@link ChangeHub.epoch} has increased. Only members that asked for it are
   * told.
   *
   * @returns a promise that resolves when the member has looked at the storage
   */
  doubted(): Promise<void> | void;
}

/** One for each storage object that is in use. */
const hubs = new SharedTable<PowerAuthStorage, ChangeHub>();

/**
 * How many cold tokens are loaded from one storage at once. The thread stays responsive in between, however many are
 * requested.
 */
const LOADS_AT_ONCE = 64;

/** How many members that are told at once look at the storage at a time; the event loop runs in between. */
const TOLD_AT_ONCE = 32;
/** For how long the next members wait for one whose storage hangs, in ms. */
const PATIENCE = 1000;

/**
 * Subscribes to a storage once, however many sessions use it. A changed record costs as much with one session as with a
 * hundred thousand. So does a notice that anything may have changed: it only increases an epoch, which sessions compare
 * when they are used.
 */
export class ChangeHub {
  /** Increases when anything may have changed. */
  epoch = 0;
  /** Takes turns at the storage. */
  readonly loads = new Throttle(LOADS_AT_ONCE);
  readonly #storage: PowerAuthStorage;
  readonly #members = new Map<string, HubMember>();
  readonly #attentive = new Set<HubMember>();
  /** The members that are still to be told, while there are any; those that come in the meantime are told as well. */
  #toTell = this.#attentive.values();
  #tellers = 0;
  #unsubscribe: (() => void) | undefined;

  private constructor(storage: PowerAuthStorage) {
    this.#storage = storage;
  }

  /** Returns the hub of a storage object, shared with all its users. Return it with {@link release}. */
  static take(storage: PowerAuthStorage): ChangeHub {
    return hubs.take(storage, () => new ChangeHub(storage));
  }

  /** Returns the hub. */
  release(): void {
    hubs.release(this.#storage, this);
  }

  /**
   * From here on the member is told about changes of its own records.
   *
   * @param instance as returned by {@link instanceOf}
   * @throws INVALID_NATIVE_OBJECT if the storage is closed
   */
  enter(instance: string, member: HubMember): void {
    this.#unsubscribe ??= this.#subscribe();
    this.#members.set(instance, member);
  }

  /** The last member to leave ends the subscription. */
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

  /** @returns a function that ends the subscription; it never throws, whatever the storage has returned */
  #subscribe(): () => void {
    const end = this.#storage.subscribe((change) => this.#onChange(change));
    return () => {
      try {
        end();
      } catch {
        // A session that ends must wipe its secrets, and nobody could do anything about it.
      }
    };
  }

  /** Tells one member after the other. */
  async #tell(): Promise<void> {
    this.#tellers++;
    for (let next = this.#toTell.next(); next.done !== true; next = this.#toTell.next()) {
      const looking = next.value.doubted();
      if (looking === undefined) continue;
      await inTime(looking, PATIENCE, late, { background: true }).catch(() => undefined);
      await new Promise<void>((resolve) => afterArrivals(resolve));
    }
    this.#tellers--;
  }

  #onChange(change: unknown): void {
    const keys = namesOf(change);
    if (keys === undefined) {
      this.epoch++;
      this.#toTell = this.#attentive.values();
      const tellers = Math.min(TOLD_AT_ONCE, this.#attentive.size);
      for (let running = this.#tellers; running < tellers; running++) void this.#tell();
      return;
    }
    for (const key of keys) this.#members.get(instanceOf(key))?.changed(key);
  }
}

/** The error of a wait that nobody hears of. */
const late = (): Error => new Error('The storage hangs');

/** The keys that a notice names; undefined if anything may have changed, as after an invalid notice. */
function namesOf(change: unknown): readonly string[] | undefined {
  const isList = Array.isArray(change) && change.every((key) => typeof key === 'string');
  return isList ? change : undefined;
}

/** The number of hubs in use; for tests. @internal */
export const hubCount = (): number => hubs.size;
