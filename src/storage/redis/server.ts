/**
 * The records of a store in Redis, and its notices.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { decodeName, encodeName } from '../node/names.ts';
import {
  ORIGIN_LENGTH,
  type Expected,
  type Fence,
  type RemoteEvents,
  type RemoteServer,
  type Written,
} from '../node/remote-storage.ts';
import { ClusterRoute } from './cluster-route.ts';
import { manyParts, onePart, type RedisLayout, type RedisParts } from './layout.ts';
import { RedisLockServer } from './lock-server.ts';
import type { Durability } from './options.ts';
import type { RedisRoute, RouteParts } from './route.ts';
import { CONFIRM, WRITE } from './scripts.ts';
import { ServerRoute } from './server-route.ts';
import type { RedisTarget } from './target.ts';

/** For how long a lock that was renewed just now is trusted by a write to another part, in ms: less than its lease. */
const TRUST_MS = 5000;
/** How long a lock lives that is renewed, in ms: as in ../node/remote-locks.ts. */
const LEASE_MS = 8000;
/** How many parts are asked for names at a time, at most. */
const TOGETHER = 64;

/** The time until which a write must have happened, and on which server; or a fence that doesn't hold. */
type Limit = { readonly late: string; readonly by?: object } | { readonly lost: Fence };

/** A store on a server, on the primary that Sentinel names, or in a cluster. */
export class RedisServer implements RemoteServer {
  readonly locks: RedisLockServer;
  readonly #parts: RedisParts;
  readonly #route: RedisRoute;
  readonly #events: RemoteEvents;
  readonly #isDurable: boolean;
  /** Records of which nobody knows whether replicas have what was written last. */
  readonly #unconfirmed = new Set<string>();
  /** Marks this object's changes. */
  readonly #origin = randomBytes(ORIGIN_LENGTH / 2).toString('hex');

  constructor(target: RedisTarget, prefix: string, durability: Durability | undefined, events: RemoteEvents) {
    this.#events = events;
    this.#isDurable = durability !== undefined;
    const parts: RouteParts = {
      closing: events.closing,
      durability,
      onNotice: (channel, message) => this.#onNotice(channel, message),
      onRegained: () => events.regained(),
    };
    if (target.kind === 'cluster') {
      this.#parts = manyParts(prefix);
      this.#route = new ClusterRoute(target, this.#parts, parts);
    } else {
      this.#parts = onePart(prefix);
      this.#route = new ServerRoute(target, this.#parts.of(''), parts);
    }
    this.locks = new RedisLockServer(this.#route, this.#parts);
  }

  async read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const part = this.#parts.of(key);
    if (this.#unconfirmed.has(key)) {
      // Someone who finds that a failed write was carried out may rely on it: replicas must have it as well.
      await this.#route.run(part, { what: 'read', script: CONFIRM, keys: [part.version], args: [] });
      this.#unconfirmed.delete(key);
    }
    return bytesOf(await this.#route.send('read', part, ['HGET', part.records, encodeName(key)]));
  }

  async write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    fences: readonly Fence[],
  ): Promise<Written> {
    try {
      return await this.#write(key, expected, next, fences);
    } catch (error) {
      if (this.#isDurable) this.#unconfirmed.add(key);
      throw error;
    }
  }

  async #write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    fences: readonly Fence[],
  ): Promise<Written> {
    const part = this.#parts.of(key);
    const { records, names, locks, version, changes } = part;
    const name = encodeName(key);
    const condition = expected === 'any' ? 'any' : expected === undefined ? 'absent' : 'same';
    const near = fences.filter(([lock]) => this.#parts.of(lock) === part);
    const far = fences.filter((fence) => !near.includes(fence));
    for (;;) {
      const limit: Limit = far.length === 0 ? { late: '' } : await this.#limit(part, far);
      if ('lost' in limit) return limit;
      const answer = await this.#route.run(part, {
        what: 'write',
        script: WRITE,
        keys: [records, names, locks, version],
        args: [
          ...[this.#route.publish, changes, this.#origin, name],
          ...[condition, asBuffer(expected instanceof Uint8Array ? expected : undefined)],
          ...[next === undefined ? 'delete' : 'set', asBuffer(next), limit.late],
          ...near.flatMap(([lock, id]) => [encodeName(lock), id]),
        ],
        notice: [changes, Buffer.concat([Buffer.from(this.#origin), name])],
        ...(limit.by && { by: limit.by }),
      });
      // The server isn't the one whose clock was asked, or it took too long: nothing was written.
      if (answer === undefined || answer === 0) continue;
      if (typeof answer !== 'number') return { present: bytesOf(answer) };
      const lost = near[-answer - 1];
      return lost === undefined ? { written: true } : { lost };
    }
  }

  async names(prefix: string, after: string | undefined, limit: number): Promise<string[]> {
    const all = this.#parts.withPrefix(prefix);
    const first = after === undefined ? 0 : all.indexOf(this.#parts.of(after));
    const names: string[] = [];
    // The emptier the parts are, the more of them are asked at a time.
    let together = 1;
    for (let i = first; i < all.length && names.length < limit; together = Math.min(2 * together, TOGETHER)) {
      const some = all.slice(i, (i += together));
      const pages = await Promise.all(
        some.map((part) => this.#namesIn(part, prefix, part === all[first] ? after : undefined, limit)),
      );
      for (const page of pages) {
        names.push(...page);
        // There may be more in this part; those of the next parts come later.
        if (page.length === limit) return names;
      }
    }
    return names;
  }

  watch(isWanted: boolean): void {
    this.#route.watch(isWanted);
  }

  close(): Promise<void> {
    return this.#route.close();
  }

  async #namesIn(
    part: RedisLayout,
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<string[]> {
    // The empty name is that of an entry without which the key would not exist.
    const border = after === undefined && prefix !== '' ? '[' : '(';
    const names = (await this.#route.send('list', part, [
      ...['ZRANGEBYLEX', part.names],
      Buffer.concat([Buffer.from(border), encodeName(after ?? prefix)]),
      // No byte of a name is that high.
      Buffer.concat([Buffer.from('('), encodeName(prefix), Buffer.of(0xff)]),
      ...['LIMIT', '0', String(limit)],
    ])) as Buffer[];
    return names.map(decodeName);
  }

  /**
   * Renews locks that are in other parts than the record, and tells until when they are certainly held, by the clock of
   * the record's server. That was asked before: whatever the other clocks show, the locks live at least that long.
   */
  async #limit(part: RedisLayout, fences: readonly Fence[]): Promise<Limit> {
    const { now, by } = await this.#route.clock(part);
    for (const fence of fences) if (!(await this.locks.beat(...fence, LEASE_MS))) return { lost: fence };
    return { late: String(now + TRUST_MS), by };
  }

  #onNotice(channel: string, message: Buffer): void {
    if (channel.endsWith(':wakes')) this.#events.woken(message.toString());
    else if (message.toString('latin1', 0, ORIGIN_LENGTH) !== this.#origin) {
      this.#events.changed(decodeName(message.subarray(ORIGIN_LENGTH)));
    }
  }
}

/** A bulk string, or undefined for null. */
function bytesOf(answer: unknown): Uint8Array<ArrayBuffer> | undefined {
  return answer === null ? undefined : Uint8Array.from(answer as Buffer);
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined
    ? Buffer.alloc(0)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
