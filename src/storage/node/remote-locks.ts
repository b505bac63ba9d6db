/**
 * Locks across machines, kept by a server.
 *
 * A call that wants a lock puts a ticket at the end of the lock's list; the first ticket holds the lock. A ticket lives
 * for one lease by the server's clock, and is renewed while it waits or holds. So the ticket of a process that died
 * disappears by itself; on the same machine others see at once that the process is gone. The ticket's id is the fencing
 * token: a write made inside a section names the tickets that must hold their locks, and the server refuses the write
 * if one of them doesn't.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import * as s from '../../util/schema.ts';
import { Moment } from '../../util/elapsed.ts';
import { afterArrivals } from '../../util/patience.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { lostLockError } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { Turns } from '../driver/turns.ts';
import type { PowerAuthStorageLock } from '../types.ts';
import { mayBeAlive, ownMark, type ProcessMark } from './process-place.ts';
import { Sections } from './sections.ts';

/** How long a ticket lives without renewal, in ms: less than the 10 s that the contract allows. */
const LEASE_MS = 8000;

/** How often a ticket is renewed, in ms. */
const BEAT_MS = 1500;

/** How long a holder continues without a confirmed renewal, in ms: less than a lease. */
const UNCONFIRMED_MS = 7000;

const Holder = s.object({ id: s.string(), pid: s.number(), place: s.string() });

/** A process that wants a lock. */
export type Ticket = Readonly<s.Output<typeof Holder>> & ProcessMark;

/**
 * The answer to a ticket: the holder of the lock (its ticket as JSON), and for how many ms it holds the lock unless
 * that is renewed.
 */
export interface Answer {
  readonly holder: string;
  readonly lives: number;
}

/** The server's operations, each of them atomic. Names are those of locks, ids those of tickets. */
export interface LockServer {
  /** Whether there is a connection now. */
  readonly isOpen: boolean;
  /**
   * Puts the ticket at the end of the lock's list unless it is there already, and lets it live for `lease` ms from now.
   * Removes expired tickets, and the one with the id `gone`; then it notifies the one that is first, if it is another.
   */
  take(name: string, ticket: Ticket, lease: number, gone: string): Promise<Answer>;
  /** Lets the first ticket live for `lease` ms from now. Returns false if the first ticket has another id. */
  beat(name: string, id: string, lease: number): Promise<boolean>;
  /** Removes the ticket, and notifies the one that is first from then on. */
  release(name: string, id: string): Promise<void>;
}

/** How many tickets that were given back are remembered: more than a replica is likely to lack. */
const REMEMBERED = 256;

/** A ticket that is given back later. */
interface Owed {
  /** Never rejects. */
  readonly giveBack: () => Promise<void>;
  readonly forget: () => void;
}

/** State that the leases of one storage object share. */
interface Shared {
  readonly server: LockServer;
  /** Functions that wake waiters, by ticket. */
  readonly waiting: Map<string, () => void>;
  /** Tickets that could not be given back yet. */
  readonly owed: Set<Owed>;
  /** The latest tickets that were given back. A failover may bring them back, and then they hold up everybody. */
  readonly givenBack: Map<string, GivenBack>;
}

/** A ticket that was given back. */
interface GivenBack {
  readonly name: string;
  readonly since: Moment;
}

/** The locks of one storage object. */
export class RemoteLocks {
  readonly #shared: Shared;
  readonly #turns = new Turns();
  readonly #leases = new Set<Lease>();
  readonly #sections = new Sections<Lease>();
  #isRenewing = false;

  constructor(server: LockServer) {
    this.#shared = { server, waiting: new Map(), owed: new Set(), givenBack: new Map() };
  }

  /** See {@link PowerAuthStorage.lock}. */
  async lock<T>(
    name: string,
    section: (lock: PowerAuthStorageLock) => Promise<T>,
    closing: Closing,
  ): Promise<T> {
    const pass = await this.#turns.take(name, closing);
    const lease = new Lease(this.#shared, name);
    this.#leases.add(lease);
    const forget = closing.onClose((reason) => lease.lose(reason));
    try {
      await lease.take(closing);
      return await this.#sections.run(lease, section);
    } finally {
      forget();
      // Released before the next call requests its lease, so that other waiters come first.
      const freed = lease.release();
      pass();
      await freed;
      this.#leases.delete(lease);
    }
  }

  /**
   * The leases that the calling code relies on.
   *
   * @throws the reason why a lease was lost
   */
  held(): readonly Lease[] {
    return this.#sections.held();
  }

  /** The ticket of this id holds its lock now. */
  wake(id: string): void {
    this.#shared.waiting.get(id)?.();
  }

  /** Call this when the connection is back: the sooner a lease is renewed, the better. */
  renew(): void {
    for (const wake of this.#shared.waiting.values()) wake();
    // A server that refuses all of it, as a replica does, would be connected to again and again by that.
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    void Promise.all([
      ...[...this.#leases].map((lease) => lease.renew()),
      ...[...this.#shared.owed].map((ticket) => ticket.giveBack()),
      ...this.#giveBackAgain(),
    ]).finally(() => (this.#isRenewing = false));
  }

  /** Another server may have taken over before it heard of releases. Other processes can't tell that from a holder. */
  #giveBackAgain(): Promise<void>[] {
    const { server, givenBack } = this.#shared;
    // The lease of older ones is over.
    const latest = [...givenBack].filter(([, { since }]) => since.age < LEASE_MS);
    return latest.map(([id, { name }]) => server.release(name, id).catch(() => undefined));
  }

  /** Frees all locks, and withdraws all tickets. */
  async close(): Promise<void> {
    await Promise.all([...this.#leases].map((lease) => lease.release()));
    for (const ticket of this.#shared.owed) ticket.forget();
  }
}

/** Wakes a waiter, also one that begins to wait after it rang. */
class Alarm {
  #rung: Promise<void> = Promise.resolve();
  #ring = (): void => undefined;

  /** What rang before is forgotten. */
  set(): void {
    this.#rung = new Promise((resolve) => (this.#ring = resolve));
  }

  ring(): void {
    this.#ring();
  }

  /** Resolves when it rings, or after `ms`. The timer keeps the process alive, like any call in progress. */
  async within(ms: number): Promise<void> {
    const timer = setTimeout(this.#ring, ms);
    await this.#rung;
    clearTimeout(timer);
  }
}

/** One holding of a lock. */
export class Lease {
  readonly #shared: Shared;
  readonly #name: string;
  readonly #id = randomUUID();
  readonly #lost = new AbortController();
  #beating: Timer | undefined;
  /** When the last confirmed renewal was requested. */
  #confirmed: Moment | undefined;
  #asked = false;
  #released: Promise<void> | undefined;

  constructor(shared: Shared, name: string) {
    this.#shared = shared;
    this.#name = name;
  }

  /** Aborted if the lock is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /** What the server needs to check that the lock is still held: its name, and the ticket's id. */
  get fence(): readonly [string, string] {
    return [this.#name, this.#id];
  }

  /** Resolves when the lock is held. */
  async take(closing: Closing): Promise<void> {
    const alarm = new Alarm();
    const forget = closing.onClose(() => alarm.ring());
    this.#shared.waiting.set(this.#id, () => alarm.ring());
    try {
      let gone = '';
      for (;;) {
        closing.throwIfClosed();
        const asked = new Moment();
        // Before it asks: the lock may become free while the answer is on its way.
        alarm.set();
        const { holder, lives } = await this.#ask(gone);
        if (holder.id === this.#id) {
          this.#confirmed = asked;
          break;
        }
        gone = mayBeAlive(holder) && !this.#shared.givenBack.has(holder.id) ? '' : holder.id;
        // Renews the ticket as well.
        if (gone === '') await alarm.within(Math.min(Math.max(lives, 1), BEAT_MS));
      }
    } finally {
      forget();
      this.#shared.waiting.delete(this.#id);
    }
    closing.throwIfClosed();
    this.#beating = keepsNothingAlive(setInterval(() => void this.renew(), BEAT_MS));
  }

  /** See {@link PowerAuthStorageLock.isHeld}. */
  async isHeld(): Promise<boolean> {
    if (!this.signal.aborted && this.#released === undefined) await this.#beat();
    // Checked again: this process may have been frozen while the answer was on its way.
    this.#loseUnlessConfirmed();
    return !this.signal.aborted && this.#released === undefined;
  }

  /** Renews a held lock. Never rejects. */
  async renew(): Promise<void> {
    if (this.#beating !== undefined) await this.#beat();
  }

  /**
   * Frees the lock, or withdraws the ticket. Never fails, and the section's work is done: a ticket that can't be removed
   * now is removed later, or disappears by itself.
   */
  release(): Promise<void> {
    clearInterval(this.#beating);
    this.#beating = undefined;
    this.#released ??= this.#takeBack();
    return this.#released;
  }

  /** Tells the section that it no longer holds the lock. */
  lose(reason: Error = lostLockError(this.#name)): void {
    clearInterval(this.#beating);
    this.#beating = undefined;
    this.#lost.abort(reason);
  }

  async #takeBack(): Promise<void> {
    const { server, givenBack } = this.#shared;
    givenBack.set(this.#id, { name: this.#name, since: new Moment() });
    for (const oldest of givenBack.keys()) {
      if (givenBack.size <= REMEMBERED) break;
      givenBack.delete(oldest);
    }
    // A call that couldn't even send its request needn't wait for a server that can't be reached.
    if (!this.#asked || (this.#confirmed === undefined && !server.isOpen)) return;
    await server.release(...this.fence).catch(() => this.#owe());
  }

  /** Tries to withdraw the ticket until that was done, or until it has disappeared by itself. */
  #owe(): void {
    const { server, owed } = this.#shared;
    const failed = new Moment();
    let trying: Promise<void> | undefined;
    const ticket: Owed = {
      giveBack: async () => {
        if (failed.age >= LEASE_MS) ticket.forget();
        else {
          trying ??= server
            .release(...this.fence)
            .then(ticket.forget, () => undefined)
            .finally(() => (trying = undefined));
          await trying;
        }
      },
      forget: () => {
        clearInterval(timer);
        owed.delete(ticket);
      },
    };
    const timer = keepsNothingAlive(setInterval(() => void ticket.giveBack(), BEAT_MS));
    owed.add(ticket);
  }

  async #ask(gone: string): Promise<{ holder: Ticket; lives: number }> {
    this.#asked = true;
    const ticket = { id: this.#id, ...ownMark() };
    const { holder, lives } = await this.#shared.server.take(this.#name, ticket, LEASE_MS, gone);
    return { holder: Holder(JSON.parse(holder), 'holder'), lives };
  }

  async #beat(): Promise<void> {
    // A holder that wakes up too late stops at once, without waiting for an answer.
    this.#loseUnlessConfirmed();
    if (this.signal.aborted) return;
    const asked = new Moment();
    // Time passes while an answer is outstanding, but the answer may have arrived while this thread was busy.
    const late = keepsNothingAlive(
      setTimeout(
        () => afterArrivals(() => this.#loseUnlessConfirmed()),
        UNCONFIRMED_MS - this.#unconfirmedFor,
      ),
    );
    try {
      const isHeld = await this.#shared.server.beat(...this.fence, LEASE_MS);
      if (this.#released !== undefined) return;
      if (!isHeld) this.lose();
      else if (asked.age < this.#unconfirmedFor) this.#confirmed = asked;
    } catch {
      // The next renewal may succeed.
      this.#loseUnlessConfirmed();
    } finally {
      clearTimeout(late);
    }
  }

  /** ms */
  get #unconfirmedFor(): number {
    return this.#confirmed?.age ?? 0;
  }

  /** Loses the lock if others may have taken over. */
  #loseUnlessConfirmed(): void {
    if (this.#unconfirmedFor >= UNCONFIRMED_MS && this.#released === undefined) this.lose();
  }
}
