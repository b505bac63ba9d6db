/**
 * The connection of one storage object to Redis. It is opened when it is needed and again after it was lost, and no
 * wait is endless. Commands and notices share it, so a lost connection is known to have lost notices as well.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { cutOff, isElsewhere, NoAnswer, redisFailure } from './failure.ts';
import type { RedisLayout } from './layout.ts';
import { RedisLink, type RedisArgument, type RedisClient } from './link.ts';
import { openStore } from './opening.ts';
import type { RedisScript } from './scripts.ts';

/** The parts of a connection. */
export interface RedisConnectionParts {
  /** For messages. */
  readonly address: string;
  readonly layout: RedisLayout;
  /** Once it is closed, no new connection is opened; an existing one serves until {@link RedisConnection.close}. */
  readonly closing: Closing;
  /** Creates a client that isn't connected yet. */
  createClient(): Promise<RedisClient>;
  onNotice(channel: string, message: Buffer): void;
  onLost(): void;
  /** The connection is back, and notices may have been missed. */
  onRegained(): void;
}

/** At most one connection at a time. */
export class RedisConnection {
  readonly #parts: RedisConnectionParts;
  readonly #calls = new Set<Promise<unknown>>();
  /** The current connection, opening or open. */
  #link: RedisLink | undefined;
  /** The current connection once it can be used. */
  #ready: RedisLink | undefined;
  #opening: Promise<RedisLink> | undefined;
  #wasOpen = false;

  constructor(parts: RedisConnectionParts) {
    this.#parts = parts;
  }

  /**
   * Sends a command.
   *
   * @param what for messages: 'read', 'write', 'lock'
   * @throws UNKNOWN_ERROR that names address and remedy
   */
  async send(what: string, args: RedisArgument[]): Promise<unknown> {
    return this.#call(what, (link) => link.send(args));
  }

  /** Runs a script; see {@link send}. */
  async run(what: string, script: RedisScript, keys: string[], args: RedisArgument[]): Promise<unknown> {
    return this.#call(what, (link) => link.run(script, keys, args));
  }

  /** Whether there is a connection now. */
  get isOpen(): boolean {
    return this.#ready !== undefined;
  }

  /** Waits for the calls in progress, then ends the connection. The caller must not start any call afterwards. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await Promise.allSettled(this.#calls);
    this.#drop(this.#link);
  }

  async #call<T>(what: string, work: (link: RedisLink) => Promise<T>): Promise<T> {
    const call = this.#attempt(what, work);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #attempt<T>(what: string, work: (link: RedisLink) => Promise<T>): Promise<T> {
    // After a failover the connection may lead to a server that is no longer the primary. That server refuses the call
    // and does nothing, so the call can be made again over a new connection, which may lead to the new primary.
    for (let mayBeElsewhere = this.isOpen; ; mayBeElsewhere = false) {
      const link = await this.#open();
      try {
        return await work(link);
      } catch (error) {
        // All other calls that wait on this connection wait in vain, too.
        if (error instanceof NoAnswer) this.#drop(link);
        if (isElsewhere(error)) {
          this.#retire(link);
          if (mayBeElsewhere && !this.#parts.closing.isClosed) continue;
        }
        throw redisFailure(what, this.#parts.address, error);
      }
    }
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
    const { address, layout, closing } = this.#parts;
    closing.throwIfClosed();
    let link: RedisLink | undefined;
    try {
      const created = new RedisLink(await this.#parts.createClient(), () => this.#drop(created));
      link = created;
      this.#link = created;
      await created.connect();
      await openStore(created, layout, (channel, message) => {
        if (this.#link === created) this.#parts.onNotice(channel, message);
      });
      if (this.#link !== created) throw cutOff();
      this.#ready = created;
      if (this.#wasOpen) this.#parts.onRegained();
      this.#wasOpen = true;
      return created;
    } catch (error) {
      this.#drop(link);
      throw redisFailure('open', address, error, link && (link.isEncrypted ? 'tls' : 'plain'));
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
