/**
 * The way to one server: it has an address, or Sentinel knows which one it is.
 *
 * @module
 */

import { Moment } from '../../util/elapsed.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { createClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { isElsewhere, mayBeSentAgain, redisFailure } from './failure.ts';
import type { RedisLayout } from './layout.ts';
import type { RedisArgument, RedisLink } from './link.ts';
import { openPart, refuseEviction, refuseReplica } from './opening.ts';
import { persist } from './persistence.ts';
import { Calls, type RedisRoute, type RouteParts, type ScriptCall } from './route.ts';
import { CLOCK } from './scripts.ts';
import { Sentinels } from './sentinels.ts';
import type { ClientOptions, RedisTarget } from './target.ts';

/** How often a subscriber's connection is checked, in ms. */
const LOOK_MS = 1000;

/** One server at a time. */
export class ServerRoute implements RedisRoute {
  readonly publish = 'publish';
  readonly #target: Exclude<RedisTarget, { kind: 'cluster' }>;
  readonly #parts: RouteParts;
  readonly #connection: RedisConnection;
  readonly #sentinels: Sentinels | undefined;
  readonly #calls = new Calls();
  /** Where the connection leads, if Sentinel has told. */
  #primary: string | undefined;
  /** When the connection was opened last. */
  #opened: Moment | undefined;
  #looking: Timer | undefined;

  constructor(target: Exclude<RedisTarget, { kind: 'cluster' }>, layout: RedisLayout, parts: RouteParts) {
    this.#target = target;
    this.#parts = parts;
    let find: () => Promise<ClientOptions>;
    if (target.kind === 'server') find = async () => target.options;
    else {
      const sentinels = new Sentinels(target, parts.closing);
      this.#sentinels = sentinels;
      find = () => this.#find(sentinels);
    }
    this.#connection = new RedisConnection({
      closing: parts.closing,
      durability: parts.durability,
      createClient: async () => createClient(await find()),
      prepare: async (link, isCurrent) => {
        await Promise.all([
          openPart(link, layout, { publish: 'publish', whole: true }, (channel, message) => {
            if (isCurrent()) parts.onNotice(channel, message);
          }),
          refuseEviction(link),
          // Someone who asked Sentinel wants the primary, even to read.
          this.#sentinels && refuseReplica(link),
        ]);
      },
      leadsElsewhere: isElsewhere,
      onOpen: () => {
        const isAgain = this.#opened !== undefined;
        this.#opened = new Moment();
        if (isAgain) parts.onRegained();
      },
      onLost: () => {
        // One that is lost at once, as that to a replica that has yet to take over, is opened again at the next look.
        if ((this.#opened?.age ?? 0) >= LOOK_MS) this.#look();
      },
    });
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  async send(what: string, _part: RedisLayout, args: RedisArgument[]): Promise<unknown> {
    return this.#call(what, (link) => link.send(args));
  }

  async run(_part: RedisLayout, { what, script, keys, args }: ScriptCall): Promise<unknown> {
    return this.#call(what, (link) => link.run(script, keys, args));
  }

  async clock({ locks }: RedisLayout): Promise<{ readonly now: number; readonly by: object }> {
    return this.#call('read', async (link) => ({
      now: Number(await link.run(CLOCK, [locks], [])),
      by: link,
    }));
  }

  watch(isWanted: boolean): void {
    if (isWanted) {
      this.#looking ??= keepsNothingAlive(setInterval(() => this.#look(), LOOK_MS));
      this.#look();
    } else {
      clearInterval(this.#looking);
      this.#looking = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#calls.settled();
    await this.#connection.close();
    await this.#sentinels?.close();
  }

  async #find(sentinels: Sentinels): Promise<ClientOptions> {
    const { address, options } = await sentinels.primary();
    this.#primary = address;
    return options;
  }

  async #call<T>(what: string, work: (link: RedisLink) => Promise<T>): Promise<T> {
    return this.#calls.add(this.#attempt(what, work));
  }

  async #attempt<T>(what: string, work: (link: RedisLink) => Promise<T>): Promise<T> {
    const { closing } = this.#parts;
    try {
      // Sentinel may name another server in a moment.
      if (this.#sentinels !== undefined) {
        return await persist(closing, mayBeSentAgain, () => this.#connection.use(work));
      }
      // After a failover the connection may lead to a server that is no longer the primary. That server refuses the call
      // and does nothing, so the call can be made again over a new connection, which may lead to the new primary.
      const mayBeElsewhere = this.isOpen;
      try {
        return await this.#connection.use(work);
      } catch (error) {
        if (!mayBeElsewhere || closing.isClosed || !isElsewhere(error)) throw error;
        return await this.#connection.use(work);
      }
    } catch (error) {
      throw redisFailure(what, this.#address(), error, this.#target.kind);
    }
  }

  #address(): string {
    const { address } = this.#target;
    return this.#primary === undefined ? address : `${this.#primary} (${address})`;
  }

  /** Opens the connection that subscribers need, and checks that it still works. */
  #look(): void {
    if (this.#looking === undefined || this.#parts.closing.isClosed) return;
    // If no connection can be opened, there is nothing to report here; the next call reports it.
    this.#calls.add(this.#connection.use((link) => link.send(['PING']))).catch(() => undefined);
    this.#calls.add(this.#lookForPrimary()).catch(() => undefined);
  }

  /** Leaves a server that still answers, but isn't the primary any more. */
  async #lookForPrimary(): Promise<void> {
    if (this.#sentinels === undefined || !this.isOpen) return;
    const { address } = await this.#sentinels.primary();
    if (this.#primary !== undefined && address !== this.#primary) this.#connection.retire();
  }
}
