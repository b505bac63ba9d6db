/**
 * Locks over processes and threads, kept in LMDB, see lmdb-tickets.ts.
 *
 * Getting a lock is one commit, freeing it another; where several want it, they get it in the order in which their
 * processes asked, each process with one ticket at a time.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { keepsNothingAlive, type Timer } from '../util/timers.ts';
import { lostLockError } from './checks.ts';
import type { Closing } from './closing.ts';
import { BEAT_MS, HolderWatch, UNCONFIRMED_MS, type Ticket } from './holder-watch.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import { lockKey } from './lmdb-keys.ts';
import { decodeTickets, encodeTickets } from './lmdb-tickets.ts';
import { mayBeAlive, place } from './process-place.ts';
import { Turns } from './turns.ts';
import type { PowerAuthStorageLock } from './types.ts';

/** How long a waiter sleeps between looks, in ms: at first, and at most. Changes of the file wake it earlier. */
const SHORTEST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 200;

/** The locks of one environment. */
export class LmdbLocks {
  readonly #environment: LmdbEnvironment;
  readonly #turns = new Turns();

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  /**
   * See {@link PowerAuthStorage.lock}.
   *
   * @param closing of the storage object that asks
   * @param leases what that object holds or waits for at present
   */
  async lock<T>(
    name: string,
    section: (lock: PowerAuthStorageLock) => Promise<T>,
    closing: Closing,
    leases: Set<Lease>,
  ): Promise<T> {
    const pass = await this.#turns.take(name, closing);
    const lease = new Lease(this.#environment, name);
    leases.add(lease);
    const forget = closing.onClose((reason) => lease.lose(reason));
    try {
      await lease.take(closing);
      return await section({ signal: lease.signal, isHeld: () => lease.isHeld() });
    } finally {
      forget();
      // Asked for before the next one asks for its lease, so that one commit does both.
      const freed = lease.release();
      pass();
      await freed;
      leases.delete(lease);
    }
  }
}

/** One holding of a lock. */
export class Lease {
  readonly #environment: LmdbEnvironment;
  readonly #name: string;
  readonly #ticket: Ticket = { id: randomUUID(), pid: process.pid, place: place(), beat: 0 };
  readonly #lost = new AbortController();
  #beating: Timer | undefined;
  #confirmedAt = 0;
  #released: Promise<void> | undefined;

  constructor(environment: LmdbEnvironment, name: string) {
    this.#environment = environment;
    this.#name = name;
  }

  /** Aborted when the lock is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Resolved when the lock is held. */
  async take(closing: Closing): Promise<void> {
    let tickets = await this.#enqueue();
    const watch = new HolderWatch();
    let pause = SHORTEST_WAIT_MS;
    for (;;) {
      closing.throwIfClosed();
      const [holder] = tickets;
      if (holder?.id === this.#ticket.id) break;
      // Not even a ticket: others thought this process dead or frozen.
      if (holder === undefined || !tickets.some(({ id }) => id === this.#ticket.id)) {
        tickets = await this.#enqueue();
      } else if (watch.isGone(holder)) {
        tickets = await this.#evict(holder);
      } else {
        await this.#environment.changes.wait(pause, closing);
        pause = Math.min(2 * pause, LONGEST_WAIT_MS);
        tickets = decodeTickets(this.#environment.read(lockKey(this.#name)));
      }
    }
    this.#confirmedAt = performance.now();
    this.#beating = keepsNothingAlive(setInterval(() => void this.#beat(), BEAT_MS));
  }

  /**
   * Frees the lock, or takes the ticket back. Never fails: a ticket that could not be removed loses the lock by itself,
   * because its beat stands still, and what the section did is done.
   */
  release(): Promise<void> {
    clearInterval(this.#beating);
    this.#released ??= this.#change((tickets) => tickets.filter(({ id }) => id !== this.#ticket.id)).then(
      () => undefined,
      () => undefined,
    );
    return this.#released;
  }

  /** See {@link PowerAuthStorageLock.isHeld}. */
  async isHeld(): Promise<boolean> {
    this.#look();
    return !this.signal.aborted && this.#released === undefined;
  }

  #enqueue(): Promise<Ticket[]> {
    return this.#change((tickets) => {
      const living = tickets.filter(mayBeAlive);
      return living.some(({ id }) => id === this.#ticket.id) ? living : [...living, this.#ticket];
    });
  }

  #evict(holder: Ticket): Promise<Ticket[]> {
    return this.#change((tickets) =>
      tickets.filter((ticket) => ticket.id !== holder.id || ticket.beat !== holder.beat).filter(mayBeAlive),
    );
  }

  async #beat(): Promise<void> {
    // Before anything else that a process does when it wakes up.
    this.#look();
    if (this.signal.aborted) return;
    const askedAt = performance.now();
    try {
      const [holder] = await this.#change((tickets) =>
        tickets.map((ticket, i) =>
          i === 0 && ticket.id === this.#ticket.id ? { ...ticket, beat: ticket.beat + 1 } : ticket,
        ),
      );
      if (this.#released !== undefined) return;
      if (holder?.id === this.#ticket.id) this.#confirmedAt = askedAt;
      else this.lose(lostLockError(this.#name));
    } catch {
      // The next beat may succeed.
      this.#loseUnlessConfirmed();
    }
  }

  #look(): void {
    if (this.signal.aborted || this.#released !== undefined) return;
    try {
      const [holder] = decodeTickets(this.#environment.read(lockKey(this.#name)));
      if (holder?.id !== this.#ticket.id) this.lose(lostLockError(this.#name));
    } catch {
      this.#loseUnlessConfirmed();
    }
  }

  /** When others may have taken over, this one no longer holds the lock. */
  #loseUnlessConfirmed(): void {
    if (performance.now() - this.#confirmedAt > UNCONFIRMED_MS) this.lose(lostLockError(this.#name));
  }

  /** Tells the section that it no longer holds the lock. */
  lose(reason: Error): void {
    clearInterval(this.#beating);
    this.#lost.abort(reason);
  }

  /** Changes the lock's tickets in a transaction; one that changes nothing writes nothing. */
  #change(change: (tickets: Ticket[]) => Ticket[]): Promise<Ticket[]> {
    const key = lockKey(this.#name);
    return this.#environment.write((database) => {
      const before = database.get(key);
      const tickets = change(decodeTickets(before));
      const after = encodeTickets(tickets);
      if (tickets.length === 0) {
        if (before !== undefined) database.remove(key);
      } else if (before === undefined || !after.equals(before)) {
        database.put(key, after);
      }
      return tickets;
    });
  }
}
