/**
 * Storage on a Redis server, for Node: any number of processes and machines that reach the server share it.
 *
 * Durability depends on the server: a call resolves when the server has carried it out. The server's settings
 * (`appendonly`, `appendfsync`, replicas) determine what survives a crash of its machine or a failover; see
 * docs/storage.md.
 *
 * One server, or a primary with replicas behind one address. Redis Cluster and Sentinel are not supported.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import type { RedisClientOptions } from 'redis';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { keepsNothingAlive, type Timer } from '../util/timers.ts';
import { describe } from '../util/validate.ts';
import { decodeName, encodeName } from './node/names.ts';
import {
  ORIGIN_LENGTH,
  remoteStorage,
  type Expected,
  type Fence,
  type RemoteEvents,
  type RemoteServer,
  type Written,
} from './node/remote-storage.ts';
import { RedisConnection } from './redis/connection.ts';
import { redisLayout, type RedisLayout } from './redis/layout.ts';
import type { RedisClient } from './redis/link.ts';
import { RedisLockServer } from './redis/lock-server.ts';
import { redisTarget, type RedisTarget } from './redis/target.ts';
import { WRITE } from './redis/scripts.ts';
import type { PowerAuthStorage } from './types.ts';

/** How often a subscriber's connection is checked, in ms. */
const LOOK_MS = 1000;

/**
 * Options of {@link redisStorage}: either `url` or `client`.
 *
 * @example
 * ```ts
 * const options: RedisStorageOptions = { url: 'rediss://redis.example:6380', prefix: 'bank' };
 * ```
 */
export interface RedisStorageOptions {
  /** `redis://[[user]:[password]@]host[:port][/database]`; `rediss://` for TLS; `unix://` for a socket. */
  readonly url?: string;
  /**
   * A client of the `redis` package (`createClient`), connected or not, for settings that a URL can't express, such as
   * certificates. Its settings are copied. The storage uses its own connection, and the client stays as it is.
   */
  readonly client?: RedisSettings;
  /**
   * Names the store: the beginning of its keys in Redis. 1 to 64 letters, digits and `. _ : / -`. Default:
   * `powerauth-wasm`. Stores with different prefixes in one database are independent.
   */
  readonly prefix?: string;
}

/**
 * The part of a client of the `redis` package that is used.
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 *
 * const client: RedisSettings = createClient({ url: 'rediss://redis.example:6380' });
 * const storage = redisStorage({ client });
 * ```
 */
export interface RedisSettings {
  /** As passed to `createClient`. */
  readonly options?: object | undefined;
}

/** The redis package is loaded only here, and only when a storage is used. */
async function createClient(options: object): Promise<RedisClient> {
  const { createClient: create, RESP_TYPES } = await import('redis');
  // Leaves out options that would change names or answers, or keep the process alive.
  const {
    socket,
    clientSideCache: _cache,
    emitInvalidate: _invalidate,
    keyPrefix: _prefix,
    pingInterval: _ping,
    ...settings
  } = options as RedisClientOptions;
  return create({
    ...settings,
    RESP: 3,
    // We reconnect ourselves, because notices may have been missed. We also limit the time to connect: the package's
    // timer is unfair to a busy thread.
    socket: { ...socket, connectTimeout: 0, reconnectStrategy: false },
    disableOfflineQueue: true,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    maintNotifications: 'disabled',
  });
}

class RedisServer implements RemoteServer {
  readonly locks: RedisLockServer;
  readonly #layout: RedisLayout;
  readonly #events: RemoteEvents;
  /** Marks this object's changes. */
  readonly #origin = randomBytes(ORIGIN_LENGTH / 2).toString('hex');
  readonly #connection: RedisConnection;
  #looking: Timer | undefined;

  constructor({ address, options }: RedisTarget, layout: RedisLayout, events: RemoteEvents) {
    this.#layout = layout;
    this.#events = events;
    this.#connection = new RedisConnection({
      address,
      layout,
      closing: events.closing,
      createClient: () => createClient(options),
      onNotice: (channel, message) => this.#onNotice(channel, message),
      onLost: () => this.#look(),
      onRegained: () => events.regained(),
    });
    this.locks = new RedisLockServer(this.#connection, layout);
  }

  async read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const args = ['HGET', this.#layout.records, encodeName(key)];
    return bytesOf(await this.#connection.send('read', args));
  }

  async write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    fences: readonly Fence[],
  ): Promise<Written> {
    const { records, names, locks, changes } = this.#layout;
    const condition = expected === 'any' ? 'any' : expected === undefined ? 'absent' : 'same';
    const answer = await this.#connection.run(
      'write',
      WRITE,
      [records, names, locks],
      [
        ...[changes, this.#origin, encodeName(key)],
        ...[condition, asBuffer(expected instanceof Uint8Array ? expected : undefined)],
        ...[next === undefined ? 'delete' : 'set', asBuffer(next)],
        ...fences.flatMap(([name, id]) => [encodeName(name), id]),
      ],
    );
    if (typeof answer !== 'number') return { present: bytesOf(answer) };
    const lost = fences[-answer - 1];
    return lost === undefined ? { written: true } : { lost };
  }

  async names(prefix: string, after: string | undefined, limit: number): Promise<string[]> {
    const border = after === undefined ? '[' : '(';
    const names = (await this.#connection.send('list', [
      ...['ZRANGEBYLEX', this.#layout.names],
      Buffer.concat([Buffer.from(border), encodeName(after ?? prefix)]),
      // No byte of a name is that high.
      Buffer.concat([Buffer.from('('), encodeName(prefix), Buffer.of(0xff)]),
      ...['LIMIT', '0', String(limit)],
    ])) as Buffer[];
    return names.map(decodeName);
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

  close(): Promise<void> {
    return this.#connection.close();
  }

  #onNotice(channel: string, message: Buffer): void {
    if (channel === this.#layout.wakes) this.#events.woken(message.toString());
    else if (message.toString('latin1', 0, ORIGIN_LENGTH) !== this.#origin) {
      this.#events.changed(decodeName(message.subarray(ORIGIN_LENGTH)));
    }
  }

  /** Opens the connection that subscribers need, and checks that it still works. */
  #look(): void {
    if (this.#looking === undefined || this.#events.closing.isClosed) return;
    // If no connection can be opened, there is nothing to report here; the next call reports it.
    this.#connection.send('watch', ['PING']).catch(() => undefined);
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

/**
 * A storage on a Redis server (6.2 or newer), opened on first use. Needs the package `redis`. All processes and
 * machines that use one server, database and prefix share its records, locks and notices.
 *
 * `configure` refuses it without a `sealingKey`: the same 32 bytes on all machines, kept away from Redis.
 *
 * While the server can't be reached, calls reject with UNKNOWN_ERROR within seconds, headers of cached tokens keep
 * working, and nobody is told of removals. When it is back, subscribers are told to drop what they cached.
 *
 * @throws WRONG_PARAMETER for any other options. Calls reject with UNKNOWN_ERROR, whose message names the address and
 *   the remedy, if the server can't be used: down, full, not permitted, another program's key. After such an error a
 *   write may or may not have happened
 *
 * @example
 * ```ts
 * import { redisStorage } from 'powerauth-wasm/storage/redis';
 *
 * const storage = redisStorage({ url: 'rediss://user:password@redis.example.com/0' });
 * await powerAuth.configure(configuration, undefined, undefined, { storage, sealingKey });
 * ```
 */
export function redisStorage(options: RedisStorageOptions): PowerAuthStorage {
  const { url, client, prefix = 'powerauth-wasm' } = (options as RedisStorageOptions | undefined) ?? {};
  if (typeof prefix !== 'string' || !/^[\w.:/-]{1,64}$/.test(prefix)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `prefix: expected 1 to 64 letters, digits and . _ : / -, got ${describe(prefix)}`,
    );
  }
  const target = redisTarget(url, client);
  return remoteStorage('redis', (events) => new RedisServer(target, redisLayout(prefix), events));
}
