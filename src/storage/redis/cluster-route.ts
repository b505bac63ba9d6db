/**
 * The way to the nodes of a Redis Cluster. Each part of a store is on the node that serves its slot, and moves with it.
 *
 * Why not the cluster client of the `redis` package: it connects again and sends calls again by itself. We must know of
 * each lost connection, because notices may have been missed; a call that may have been carried out must not be sent
 * again; WAIT must follow over the connection that wrote; and no wait may be endless.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { createClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { mayBeSentAgain, NoAnswer, redirectionOf, redisFailure } from './failure.ts';
import type { RedisLayout, RedisParts } from './layout.ts';
import type { RedisArgument, RedisLink } from './link.ts';
import { openPart, refuseEviction } from './opening.ts';
import { persist } from './persistence.ts';
import { Calls, type RedisRoute, type RouteParts, type ScriptCall } from './route.ts';
import { CLOCK } from './scripts.ts';
import { readSlotTable, Topology, type SlotTable } from './topology.ts';
import { addressOfOptions, withDefaults, type ClientOptions, type RedisTarget } from './target.ts';

type ClusterTarget = Extract<RedisTarget, { kind: 'cluster' }>;

/** How often a subscriber's connections are checked, in ms. */
const LOOK_MS = 700;
/** How long calls wait until a new subscriber can hear all notices, in ms, at most. */
const FIRST_LOOK_MS = 1000;
/** How many parts are opened at a time. */
const TOGETHER = 64;
/** How often a call is redirected without a pause. */
const REDIRECTIONS = 5;
/** Subscribers are told once of all gaps within this time, in ms. */
const GAPS_MS = 20;

/** A node, and which parts are open there. */
interface Node {
  readonly address: string;
  readonly connection: RedisConnection;
  /** Parts that are open, or being opened, over the current connection. */
  readonly open: Map<RedisLayout, Promise<void>>;
  /** Whether the server knows the script that opens. */
  knowsScripts: boolean;
  /** The node's own epoch since the connection was opened, if it is known. */
  epoch: number | undefined;
}

/** Where a call goes. */
interface Leg {
  readonly address: string;
  /** The slot is being moved there. */
  readonly asking: boolean;
}

/** All nodes of a cluster. */
export class ClusterRoute implements RedisRoute {
  readonly publish = 'spublish';
  readonly #target: ClusterTarget;
  readonly #parts: readonly RedisLayout[];
  readonly #events: RouteParts;
  readonly #topology: Topology;
  /** By address. */
  readonly #nodes = new Map<string, Node>();
  readonly #roots: readonly Node[];
  readonly #calls = new Calls();
  /** Where each part was opened last. */
  readonly #openedAt = new Map<RedisLayout, RedisLink>();
  #looking: Timer | undefined;
  #isLooking = false;
  #looked: Promise<unknown> = Promise.resolve();
  /** Since somebody wants notices: settles when all of them can be heard, or that takes long. */
  #watched: Promise<unknown> | undefined;
  #telling: Timer | undefined;

  constructor(target: ClusterTarget, { all }: RedisParts, events: RouteParts) {
    this.#target = target;
    this.#parts = all;
    this.#events = events;
    this.#roots = target.roots.map((options) => this.#createNode(addressOfOptions(options), options));
    this.#topology = new Topology(() => this.#ask());
  }

  get isOpen(): boolean {
    return [...this.#nodes.values()].some(({ connection }) => connection.isOpen);
  }

  async send(what: string, part: RedisLayout, args: RedisArgument[]): Promise<unknown> {
    return this.#call(what, part, async (link, { asking }) => {
      // Nothing may come between the two.
      if (asking) link.send(['ASKING']).catch(() => undefined);
      return link.send(args);
    });
  }

  async run(part: RedisLayout, { what, script, keys, args, notice, by }: ScriptCall): Promise<unknown> {
    return this.#call(what, part, async (link, { asking }) => {
      if (by !== undefined && by !== link) return undefined;
      const answer = await link.run(script, keys, args, { asking });
      // Those who want to know have subscribed at the node from which the slot is being moved.
      if (asking && notice !== undefined) this.#announce(part, notice);
      return answer;
    });
  }

  async clock(part: RedisLayout): Promise<{ readonly now: number; readonly by: object }> {
    return this.#call('read', part, async (link, { asking }) => ({
      now: Number(await link.run(CLOCK, [part.locks], [], { asking })),
      by: link,
    }));
  }

  watch(isWanted: boolean): void {
    if (isWanted) {
      this.#looking ??= keepsNothingAlive(setInterval(() => this.#look(), LOOK_MS));
      if (this.#watched !== undefined) return;
      // A subscriber that then calls anything is told about every later change.
      this.#look();
      this.#watched = inTime(this.#looked, FIRST_LOOK_MS, () => new NoAnswer(FIRST_LOOK_MS)).catch(
        () => undefined,
      );
    } else {
      this.#watched = undefined;
      clearInterval(this.#looking);
      this.#looking = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#calls.settled();
    clearTimeout(this.#telling);
    const nodes = [...this.#nodes.values(), ...this.#roots];
    await Promise.all(nodes.map(({ connection }) => connection.close()));
  }

  async #call<T>(
    what: string,
    part: RedisLayout,
    work: (link: RedisLink, leg: Leg) => Promise<T>,
  ): Promise<T> {
    return this.#calls.add(
      this.#watched === undefined
        ? this.#attempt(what, part, work)
        : this.#watched.then(() => this.#attempt(what, part, work)),
    );
  }

  async #attempt<T>(
    what: string,
    part: RedisLayout,
    work: (link: RedisLink, leg: Leg) => Promise<T>,
  ): Promise<T> {
    let at: string | undefined;
    try {
      return await persist(this.#events.closing, mayBeSentAgain, async () => {
        let leg: Leg = { address: await this.#topology.owner(part.slot), asking: false };
        for (let redirections = 0; ; redirections++) {
          at = leg.address;
          try {
            return await this.#reach(leg, part, work);
          } catch (error) {
            const next = redirectionOf(error, leg.address);
            if (next?.asking === false) this.#topology.moved(part.slot, next.address);
            if (next !== undefined && redirections < REDIRECTIONS) leg = next;
            else {
              if (next === undefined && mayBeSentAgain(error)) this.#topology.distrust();
              throw error;
            }
          }
        }
      });
    } catch (error) {
      const { address, kind } = this.#target;
      throw redisFailure(what, at === undefined ? address : `${at} (${address})`, error, kind);
    }
  }

  async #reach<T>(leg: Leg, part: RedisLayout, work: (link: RedisLink, leg: Leg) => Promise<T>): Promise<T> {
    const node = this.#node(leg.address);
    return node.connection.use(async (link) => {
      // A node to which a slot is being moved doesn't serve its channels yet.
      if (!leg.asking) await this.#openPart(node, link, part);
      return work(link, leg);
    });
  }

  #node(address: string): Node {
    let node = this.#nodes.get(address);
    if (node === undefined) {
      const colon = address.lastIndexOf(':');
      const told = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
      const socket = this.#target.map(address) ?? told;
      node = this.#createNode(address, withDefaults(this.#target.defaults, { socket }));
      this.#nodes.set(address, node);
    }
    return node;
  }

  #createNode(address: string, options: ClientOptions): Node {
    const { closing, durability } = this.#events;
    const node: Node = {
      address,
      open: new Map(),
      knowsScripts: false,
      epoch: undefined,
      connection: new RedisConnection({
        closing,
        durability,
        createClient: () => createClient(options),
        prepare: refuseEviction,
        // Over the same connection it says where to go instead.
        leadsElsewhere: () => false,
        onLost: () => {
          node.open.clear();
          node.knowsScripts = false;
          node.epoch = undefined;
          this.#look();
        },
      }),
    };
    return node;
  }

  /** Subscribes to the notices of a part, and checks it, once over each connection. */
  #openPart(node: Node, link: RedisLink, part: RedisLayout): Promise<void> {
    const known = node.open.get(part);
    if (known !== undefined) return known;
    const whole = !node.knowsScripts;
    node.knowsScripts = true;
    const opening = openPart(link, part, { publish: 'spublish', whole }, (channel, message) =>
      this.#events.onNotice(channel, message),
    ).then(() => {
      const last = this.#openedAt.get(part);
      this.#openedAt.set(part, link);
      if (last !== undefined && last !== link) this.#tellOfGap();
    });
    node.open.set(part, opening);
    opening.catch(() => {
      if (node.open.get(part) === opening) node.open.delete(part);
    });
    return opening;
  }

  #tellOfGap(): void {
    this.#telling ??= keepsNothingAlive(
      setTimeout(() => {
        this.#telling = undefined;
        this.#events.onRegained();
      }, GAPS_MS),
    );
  }

  #announce(part: RedisLayout, [channel, message]: readonly [string, Buffer]): void {
    const owner = this.#topology.known(part.slot);
    if (owner === undefined) return;
    this.#calls
      .add(this.#node(owner).connection.use((link) => link.send(['SPUBLISH', channel, message])))
      .catch(() => undefined);
  }

  /** Asks the nodes to which there are connections, and one of those that the caller named. */
  #ask(): Promise<SlotTable>[] {
    const ask = (node: Node): Promise<SlotTable> => this.#calls.add(this.#tableOf(node));
    const open = [...this.#nodes.values()].filter(({ connection }) => connection.isOpen);
    if (open.length === 0) return this.#roots.map(ask);
    // Those to which there are connections may have been cut off from the rest of the cluster.
    const addresses = new Set(open.map(({ address }) => address));
    const others = this.#roots.filter(({ address }) => !addresses.has(address));
    for (const root of this.#roots) if (!others.includes(root)) root.connection.retire();
    return [...open, ...others].map(ask);
  }

  async #tableOf(node: Node): Promise<SlotTable> {
    const { address, connection } = node;
    const table = await connection.use(async (link) => {
      const [slots, info] = await Promise.all([
        link.send(['CLUSTER', 'SLOTS']),
        // Without the right to ask, any node's answer is as good as another's.
        link.send(['CLUSTER', 'INFO']).catch(() => ''),
      ]);
      return readSlotTable(slots, info, address.slice(0, address.lastIndexOf(':')));
    });
    // Slots that it had lost, and serves again, have lost their subscribers.
    if (node.epoch !== undefined && node.epoch !== table.ownEpoch) connection.retire();
    else node.epoch = table.ownEpoch;
    return table;
  }

  /** Opens what subscribers need, and checks that it still works. */
  #look(): void {
    if (this.#looking === undefined || this.#events.closing.isClosed || this.#isLooking) return;
    this.#isLooking = true;
    // If no connection can be opened, there is nothing to report here; the next call reports it.
    this.#looked = this.#calls
      .add(this.#check())
      .catch(() => undefined)
      .finally(() => (this.#isLooking = false));
  }

  async #check(): Promise<void> {
    await this.#topology.refresh();
    const checked = new Set<string>();
    const toOpen: RedisLayout[] = [];
    for (const part of this.#parts) {
      const owner = this.#topology.known(part.slot);
      const node = owner === undefined ? undefined : this.#node(owner);
      if (!node?.open.has(part)) toOpen.push(part);
      else if (!checked.has(node.address)) {
        checked.add(node.address);
        // A node that is no primary any more, or is cut off from the others, says so.
        toOpen.push(part);
      }
    }
    for (let i = 0; i < toOpen.length; i += TOGETHER) {
      if (this.#looking === undefined || this.#events.closing.isClosed) return;
      const some = toOpen.slice(i, i + TOGETHER);
      await Promise.all(
        some.map((part) => this.#attempt('watch', part, (link) => link.send(['TYPE', part.version]))),
      );
    }
    this.#forgetOthers();
  }

  /** Ends connections to nodes that serve nothing any more. */
  #forgetOthers(): void {
    const owners = new Set(this.#parts.map(({ slot }) => this.#topology.known(slot)));
    for (const [address, { connection }] of this.#nodes) {
      if (owners.has(address)) continue;
      this.#nodes.delete(address);
      connection.retire();
    }
  }
}
