/**
 * A storage that a server keeps: what is the same whichever server that is.
 *
 * @module
 */

import { assertKey, assertPrefix, closedError, copyOfValue } from '../driver/checks.ts';
import { Closing } from '../driver/closing.ts';
import { heldStorage } from '../driver/held.ts';
import { Listeners } from '../driver/listeners.ts';
import type { Change } from '../driver/updates.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from '../types.ts';
import { RemoteLocks, type Lease, type LockServer } from './remote-locks.ts';
import { RemoteUpdates, type Replaced } from './remote-updates.ts';

/** How many names `list` reads at a time. */
const PAGE = 256;

/** Length of an origin, which marks the changes of one storage object, in hex digits. */
export const ORIGIN_LENGTH = 16;

type Value = Uint8Array<ArrayBuffer> | undefined;

/** The state of a record in which a write happens: any, missing (undefined), or these bytes. */
export type Expected = 'any' | Uint8Array | undefined;

/** The name of a lock, and the id of the ticket that must hold it. */
export type Fence = Lease['fence'];

/** The outcome of a write: it was done, the record is a different one, or this fence doesn't hold. */
export type Written = { readonly written: true } | { readonly present: Value } | { readonly lost: Fence };

/** The server of one storage object. Keys are valid, and no call is made after {@link RemoteServer.close}. */
export interface RemoteServer {
  readonly locks: LockServer;
  read(key: string): Promise<Value>;
  /**
   * Writes a record, or removes it if `next` is undefined, if it is as expected and all fences hold, and announces
   * that: in one step that nobody comes between.
   */
  write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    fences: readonly Fence[],
  ): Promise<Written>;
  /**
   * The next names that begin with `prefix`, in an order of its own; those after `after` if it is given. They are
   * `limit` or more, unless they are the last ones.
   */
  names(prefix: string, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** Whether somebody wants to hear of changes. It is wanted until the contrary is said, or until {@link close}. */
  watch(isWanted: boolean): void;
  /** Waits for the calls in progress, and disconnects. */
  close(): Promise<void>;
}

/** What a server reports. */
export interface RemoteEvents {
  /** Once it is closed, no new connection is opened. */
  readonly closing: Closing;
  /** Somebody else changed this record. */
  changed(key: string): void;
  /** The ticket of this id holds its lock now. */
  woken(id: string): void;
  /** The connection is back, and notices may have been missed. */
  regained(): void;
}

class RemoteStorage implements PowerAuthStorage {
  readonly name: string;
  readonly needsSealingKey = true;
  readonly #closing = new Closing();
  readonly #server: RemoteServer;
  readonly #locks: RemoteLocks;
  readonly #updates: RemoteUpdates;
  readonly #listeners = new Listeners<PowerAuthStorageChange>();
  #left: Promise<void> | undefined;

  constructor(name: string, connect: (events: RemoteEvents) => RemoteServer) {
    this.name = name;
    this.#server = connect({
      closing: this.#closing,
      changed: (key) => {
        this.#updates.forget(key);
        this.#listeners.tell([key]);
      },
      woken: (id) => this.#locks.wake(id),
      regained: () => {
        this.#updates.forget();
        this.#listeners.tell('all');
        this.#locks.renew();
      },
    });
    this.#locks = new RemoteLocks(this.#server.locks);
    this.#updates = new RemoteUpdates({
      closing: this.#closing,
      read: (key) => this.#server.read(key),
      // Compares content, not versions: a change has no side effects, so equal content means that nothing happened.
      replace: (key, current, next, held) => this.#write(key, current, next, [...held]),
      held: () => this.#locks.held(),
    });
  }

  async get(key: string): Promise<Value> {
    this.#assertOpen();
    assertKey(key);
    const value = await this.#server.read(key);
    this.#assertOpen();
    return value;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, copyOfValue(value));
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, undefined);
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    for (let after: string | undefined; ;) {
      const names = await this.#server.names(prefix, after, PAGE);
      for (const name of names) {
        this.#assertOpen();
        yield name;
      }
      this.#assertOpen();
      if (names.length < PAGE) return;
      after = names.at(-1);
    }
  }

  async update(key: string, change: Change): Promise<Value> {
    this.#assertOpen();
    assertKey(key);
    return this.#updates.update(key, change);
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    return this.#locks.lock(name, section, this.#closing);
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    this.#assertOpen();
    const remove = this.#listeners.add(listener);
    this.#server.watch(true);
    return () => {
      remove();
      if (this.#listeners.size === 0) this.#server.watch(false);
    };
  }

  close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#left ??= this.#leave();
    return this.#left;
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }

  async #leave(): Promise<void> {
    this.#listeners.clear();
    this.#server.watch(false);
    this.#updates.forget();
    await this.#locks.close();
    await this.#server.close();
  }

  /** Writes unconditionally, or removes the record if `next` is undefined. */
  async #put(key: string, next: Uint8Array | undefined): Promise<void> {
    this.#updates.forget(key);
    const replaced = await this.#write(key, 'any', next, this.#locks.held());
    if ('lost' in replaced) throw replaced.lost.signal.reason;
  }

  async #write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    held: readonly Lease[],
  ): Promise<Replaced> {
    const fences = held.map(({ fence }) => fence);
    const outcome = await this.#server.write(key, expected, next, fences);
    if (!('lost' in outcome)) return outcome;
    const lost = held[fences.indexOf(outcome.lost)];
    if (lost === undefined) throw new TypeError('expected one of the fences');
    lost.lose();
    return { lost };
  }
}

/**
 * A storage on a server.
 *
 * @param name for messages
 * @param connect returns the server, without a connection yet
 */
export function remoteStorage(
  name: string,
  connect: (events: RemoteEvents) => RemoteServer,
): PowerAuthStorage {
  return heldStorage(new RemoteStorage(name, connect));
}
