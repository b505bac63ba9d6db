/**
 * The connection of one storage object to Redis: made when it is needed, made anew after it was lost, with an end to all
 * waiting. Commands and notices share it, so that a lost one is known to have lost notices as well.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { cutOff, isElsewhere, NoAnswer, redisFailure } from './failure.ts';
import type { RedisLayout } from './layout.ts';
import { RedisLink, type RedisArgument, type RedisClient } from './link.ts';
import { openStore } from './opening.ts';
import type { RedisScript } from './scripts.ts';

/** What a connection is made of. */
export interface RedisConnectionParts {
  /** For messages. */
  readonly address: string;
  readonly layout: RedisLayout;
  /** Once it is closed no connection is made any more; one that is there serves on until {@link RedisConnection.close}. */
  readonly closing: Closing;
  /** Makes a client that is not connected yet. */
  createClient(): Promise<RedisClient>;
  onNotice(channel: string, message: Buffer): void;
  onLost(): void;
  /** It is there again, and notices may have been missed. */
  onRegained(): void;
}

/** At most one connection at a time. */
export class RedisConnection {
  readonly #parts: RedisConnectionParts;
  readonly #calls = new Set<Promise<unknown>>();
  /** The present connection, coming to be or there. */
  #link: RedisLink | undefined;
  /** The present connection once it can be used. */
  #ready: RedisLink | undefined;
  #opening: Promise<RedisLink> | undefined;
  #wasOpen = false;

  constructor(parts: RedisConnectionParts) {
    this.#parts = parts;
  }

  /**
   * Sends a command.
   *
   * @param what for messages: read, write, lock
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

  /** Waits for the calls under way, and ends. The caller starts none afterwards. */
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
    // After a failover the connection may lead to what is the primary no longer. It refuses, and does nothing: so the call
    // can be made again over a new connection, which leads to where a new one leads now.
    for (let mayBeElsewhere = this.isOpen; ; mayBeElsewhere = false) {
      const link = await this.#open();
      try {
        return await work(link);
      } catch (error) {
        // What still waits on this connection waits in vain, too.
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

  /** Ends a connection; whatever waits on it is rejected. */
  #drop(link: RedisLink | undefined): void {
    if (link === undefined) return;
    link.end();
    this.#forget(link);
  }

  /** Ends a connection for whatever comes from now on; what was sent over it still gets its answer. */
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
    // One that was never there is not lost: else each failure would lead to the next attempt at once.
    if (wasReady) this.#parts.onLost();
  }
}
