/**
 * A connection to one server, opened when it is needed and again after it was lost. No wait is endless. Commands and
 * notices share it, so a lost connection is known to have lost notices as well.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { cutOff, NoAnswer, NotOpened } from './failure.ts';
import { RedisLink, type RedisClient } from './link.ts';
import type { Durability } from './options.ts';

/** The parts of a connection. */
export interface RedisConnectionParts {
  /** Once it is closed, no new connection is opened; an existing one serves until {@link RedisConnection.close}. */
  readonly closing: Closing;
  readonly durability: Durability | undefined;
  /** Creates a client that isn't connected yet. */
  createClient(): Promise<RedisClient>;
  /** Checks a new connection before it is used. `isCurrent`: whether it is the one in use, or will be. */
  prepare(link: RedisLink, isCurrent: () => boolean): Promise<void>;
  /** Whether a call failed because of where the connection leads: then no other call uses it. */
  leadsElsewhere(cause: unknown): boolean;
  onOpen?(): void;
  onLost(): void;
}

/** At most one connection at a time. */
export class RedisConnection {
  readonly #parts: RedisConnectionParts;
  /** The current connection, opening or open. */
  #link: RedisLink | undefined;
  /** The current connection once it can be used. */
  #ready: RedisLink | undefined;
  #opening: Promise<RedisLink> | undefined;

  constructor(parts: RedisConnectionParts) {
    this.#parts = parts;
  }

  /** Whether there is a connection now. */
  get isOpen(): boolean {
    return this.#ready !== undefined;
  }

  /**
   * Does something over the connection.
   *
   * @throws NotOpened if it could not be opened; otherwise whatever the work rejects with
   */
  async use<T>(work: (link: RedisLink) => Promise<T>): Promise<T> {
    let link = await this.#open();
    // It may have been retired just before this call could use it.
    while (link.isOver) link = await this.#open();
    try {
      return await link.during(() => work(link));
    } catch (error) {
      // All other calls that wait on this connection wait in vain, too.
      if (error instanceof NoAnswer) this.#drop(link);
      else if (this.#parts.leadsElsewhere(error)) this.#retire(link);
      throw error;
    }
  }

  /** Ends the connection. The caller must have waited for the calls in progress, and must not start any afterwards. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    this.#drop(this.#link);
  }

  /** Ends the connection once the calls in progress have their answers. */
  retire(): void {
    if (this.#ready !== undefined) this.#retire(this.#ready);
  }

  #open(): Promise<RedisLink> {
    if (this.#opening === undefined) {
      const opening = this.#connect();
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  async #connect(): Promise<RedisLink> {
    const { closing, durability } = this.#parts;
    closing.throwIfClosed();
    let link: RedisLink | undefined;
    try {
      const created = new RedisLink(await this.#parts.createClient(), durability, () => this.#drop(created));
      link = created;
      this.#link = created;
      await created.connect();
      await this.#parts.prepare(created, () => this.#link === created);
      if (this.#link !== created) throw cutOff();
      this.#ready = created;
      this.#parts.onOpen?.();
      return created;
    } catch (error) {
      this.#drop(link);
      // The address may have to be asked for at first.
      if (error instanceof NotOpened) throw error;
      throw new NotOpened(error, link && (link.isEncrypted ? 'tls' : 'plain'));
    }
  }

  /** Ends a connection; all calls that wait on it are rejected. */
  #drop(link: RedisLink | undefined): void {
    if (link === undefined) return;
    link.end();
    this.#forget(link);
  }

  /** Stops using a connection for new calls; calls already sent over it still get their answers. */
  #retire(link: RedisLink): void {
    link.retire();
    this.#forget(link);
  }

  #forget(link: RedisLink): void {
    if (this.#link !== link) return;
    const wasReady = this.#ready === link;
    this.#link = undefined;
    this.#ready = undefined;
    this.#opening = undefined;
    // A connection that was never open isn't lost: otherwise each failure would lead to the next attempt at once.
    if (wasReady) this.#parts.onLost();
  }
}
