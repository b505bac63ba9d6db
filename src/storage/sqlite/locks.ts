/**
 * Locks across processes and threads: rows of the table `tickets`.
 *
 * A call that wants a lock inserts a ticket; the ticket with the lowest number of its name holds the lock. A ticket is
 * identified by its random id, never by its process id alone, which other containers and threads may share. The id is
 * the fencing token: the transaction that writes refuses what a section writes once the section's ticket is no longer
 * the first. Tickets need not be durable: no holder outlives a power cut.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { lostLockError } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { BEAT_MS, HolderWatch, UNCONFIRMED_MS, type Ticket } from '../node/holder-watch.ts';
import { mayBeAlive, ownMark } from '../node/process-place.ts';
import { Sections } from '../node/sections.ts';
import { Turns } from '../driver/turns.ts';
import type { PowerAuthStorageLock } from '../types.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { clearInterval, clearTimeout, setInterval, setTimeout } from './clock.ts';
import type { SqlDatabase, SqlStatement } from './engine.ts';
import { encodeName } from './layout.ts';

/**
 * How long the next in line sleeps between checks, in ms, and for how long it checks that often; then the same for all
 * others.
 */
const SHORT_WAIT_MS = 4;
const EAGER_MS = 1000;
const LONG_WAIT_MS = 50;

/** What locks need of their store. */
export interface LockStore {
  /** Resolves when what `work` wrote is committed. */
  transact<T>(work: () => T): Promise<T>;
  /** Reads what is committed now. */
  read<T>(work: () => T): Promise<T>;
}

/** The statements on tickets. */
class Tickets {
  readonly #add: SqlStatement;
  readonly #of: SqlStatement;
  readonly #remove: SqlStatement;
  readonly #removeAt: SqlStatement;
  readonly #beat: SqlStatement;

  constructor(database: SqlDatabase) {
    this.#add = database.prepare('INSERT INTO tickets (name, id, pid, place, beat) VALUES (?, ?, ?, ?, 0)');
    this.#of = database.prepare('SELECT id, pid, place, beat FROM tickets WHERE name = ? ORDER BY number');
    this.#remove = database.prepare('DELETE FROM tickets WHERE id = ?');
    this.#removeAt = database.prepare('DELETE FROM tickets WHERE id = ? AND beat = ?');
    this.#beat = database.prepare('UPDATE tickets SET beat = beat + 1 WHERE id = ?');
  }

  of(name: Buffer): Ticket[] {
    return this.#of.all(name) as Ticket[];
  }

  /** Adds a ticket unless it exists, and removes those of dead processes. */
  add(name: Buffer, id: string): void {
    for (const ticket of this.of(name)) {
      if (ticket.id === id) return;
      if (!mayBeAlive(ticket)) this.remove(ticket.id);
    }
    const { pid, place } = ownMark();
    this.#add.run(name, id, pid, place);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  /** Removes a ticket whose heartbeat has stopped. */
  evict({ id, beat }: Ticket): void {
    this.#removeAt.run(id, beat);
  }

  beat(id: string): void {
    this.#beat.run(id);
  }
}

/** The locks of one store. */
export class Locks {
  readonly #store: LockStore;
  readonly #tickets: Tickets;
  readonly #turns = new Turns();
  readonly #sections = new Sections<Lease>();

  constructor(store: LockStore, database: SqlDatabase) {
    this.#store = store;
    this.#tickets = new Tickets(database);
  }

  /**
   * See {@link PowerAuthStorage.lock}.
   *
   * @param closing of the storage object that makes the request
   * @param leases the leases that this object currently holds or waits for
   */
  async lock<T>(
    name: string,
    section: (lock: PowerAuthStorageLock) => Promise<T>,
    closing: Closing,
    leases: Set<Lease>,
  ): Promise<T> {
    const pass = await this.#turns.take(name, closing);
    const lease = new Lease(this.#store, this.#tickets, name);
    leases.add(lease);
    const forget = closing.onClose((reason) => {
      lease.lose(reason);
      // The section may never end; callers in this thread and in other processes needn't wait for that.
      void lease.release();
      pass();
    });
    try {
      await lease.take(closing);
      return await this.#sections.run(lease, section);
    } finally {
      forget();
      // Released before the next call requests its lease, so that one transaction does both.
      const freed = lease.release();
      pass();
      await freed;
      leases.delete(lease);
    }
  }

  /**
   * The leases that the calling code relies on: each must still be held when it writes.
   *
   * @throws the reason why a lease was lost
   */
  held(): readonly Lease[] {
    return this.#sections.held();
  }
}

/** One holding of a lock. */
export class Lease {
  readonly #store: LockStore;
  readonly #tickets: Tickets;
  readonly #name: string;
  readonly #key: Buffer;
  readonly #id = randomUUID();
  readonly #lost = new AbortController();
  #beating: Timer | undefined;
  #confirmedAt = 0;
  #released: Promise<void> | undefined;

  constructor(store: LockStore, tickets: Tickets, name: string) {
    this.#store = store;
    this.#tickets = tickets;
    this.#name = name;
    this.#key = encodeName(name);
  }

  /** Aborted if the lock is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /** Resolves when the lock is held. */
  async take(closing: Closing): Promise<void> {
    let tickets = await this.#enqueue();
    const watch = new HolderWatch();
    let waited = 0;
    for (;;) {
      closing.throwIfClosed();
      const [holder] = tickets;
      if (holder?.id === this.#id) break;
      // Even the ticket is gone: others took this process for dead or frozen.
      if (holder === undefined || !tickets.some(({ id }) => id === this.#id)) {
        tickets = await this.#enqueue();
      } else if (watch.isGone(holder)) {
        tickets = await this.#change(() => this.#tickets.evict(holder));
      } else {
        const isEager = waited < EAGER_MS && tickets[1]?.id === this.#id;
        const pause = isEager ? SHORT_WAIT_MS : LONG_WAIT_MS;
        await sleep(pause, closing);
        if (tickets[1]?.id === this.#id) waited += pause;
        tickets = await this.#store.read(() => this.#tickets.of(this.#key));
      }
    }
    this.#confirmedAt = performance.now();
    this.#beating = keepsNothingAlive(setInterval(() => void this.#beat(), BEAT_MS));
  }

  /** See {@link PowerAuthStorageLock.isHeld}. */
  async isHeld(): Promise<boolean> {
    await this.#look();
    return !this.signal.aborted && !this.isReleased;
  }

  /**
   * Call this in the transaction that writes.
   *
   * @throws the reason, if somebody else holds the lock
   */
  assertHeld(): void {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    if (this.#tickets.of(this.#key)[0]?.id !== this.#id) throw lostLockError(this.#name);
  }

  /**
   * Frees the lock, or withdraws the ticket. Never fails: a ticket that couldn't be removed loses the lock by itself,
   * because its heartbeat stops, and the section's work is done.
   */
  release(): Promise<void> {
    clearInterval(this.#beating);
    this.#released ??= this.#store.transact(() => this.#tickets.remove(this.#id)).catch(() => undefined);
    return this.#released;
  }

  /** Tells the section that it no longer holds the lock. */
  lose(reason: Error): void {
    clearInterval(this.#beating);
    this.#lost.abort(reason);
  }

  #enqueue(): Promise<Ticket[]> {
    return this.#change(() => this.#tickets.add(this.#key, this.#id));
  }

  /** Changes tickets of this name, and returns the tickets afterwards. */
  #change(change: () => void): Promise<Ticket[]> {
    return this.#store.transact(() => {
      change();
      return this.#tickets.of(this.#key);
    });
  }

  async #beat(): Promise<void> {
    // Runs before anything else when a process wakes up: a transaction may have to wait for others.
    await this.#look();
    if (this.signal.aborted) return;
    const askedAt = performance.now();
    try {
      const [holder] = await this.#change(() => this.#tickets.beat(this.#id));
      if (holder?.id === this.#id) this.#confirmedAt = askedAt;
      else this.#loseUnlessReleased();
    } catch {
      // The next heartbeat may succeed.
      this.#loseUnlessConfirmed();
    }
  }

  async #look(): Promise<void> {
    if (this.signal.aborted || this.isReleased) return;
    try {
      const [holder] = await this.#store.read(() => this.#tickets.of(this.#key));
      if (holder?.id !== this.#id) this.#loseUnlessReleased();
    } catch {
      this.#loseUnlessConfirmed();
    }
  }

  /** Loses the lock if others may have taken over. */
  #loseUnlessConfirmed(): void {
    if (performance.now() - this.#confirmedAt > UNCONFIRMED_MS) this.#loseUnlessReleased();
  }

  #loseUnlessReleased(): void {
    if (!this.isReleased) this.lose(lostLockError(this.#name));
  }
}

/** Resolves after `ms`, or when `closing` closes. The timer keeps the process alive, like any call in progress. */
async function sleep(ms: number, closing: Closing): Promise<void> {
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const timer = setTimeout(wake, ms);
  const forget = closing.onClose(wake);
  await woken;
  clearTimeout(timer);
  forget();
}
