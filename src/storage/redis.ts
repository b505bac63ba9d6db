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
import { assertKey, assertPrefix, closedError, copyOfValue } from './driver/checks.ts';
import { Closing } from './driver/closing.ts';
import { heldStorage } from './driver/held.ts';
import { Listeners } from './driver/listeners.ts';
import { decodeName, encodeName } from './node/names.ts';
import { RemoteLocks, type Lease } from './node/remote-locks.ts';
import { RemoteUpdates, type Replaced } from './node/remote-updates.ts';
import { RedisConnection } from './redis/connection.ts';
import { redisLayout, type RedisLayout } from './redis/layout.ts';
import type { RedisClient } from './redis/link.ts';
import { RedisLockServer } from './redis/lock-server.ts';
import { redisTarget, type RedisTarget } from './redis/target.ts';
import { WRITE } from './redis/scripts.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from './types.ts';
import type { Change } from './driver/updates.ts';

/** How many names `list` reads at a time. */
const PAGE = 256;

/** Length of an origin in hex digits. */
const ORIGIN_LENGTH = 16;

/** How often a subscriber's connection is checked, in ms. */
const LOOK_MS = 1000;

type Listener = (change: PowerAuthStorageChange) => void;

/** The state of a record in which a write happens: any, missing (undefined), or these bytes. */
type Expected = 'any' | Uint8Array | undefined;

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

class RedisStorage implements PowerAuthStorage {
  readonly name = 'redis';
  readonly needsSealingKey = true;
  readonly #layout: RedisLayout;
  /** Marks this object's changes. */
  readonly #origin = randomBytes(ORIGIN_LENGTH / 2).toString('hex');
  readonly #closing = new Closing();
  readonly #connection: RedisConnection;
  readonly #locks: RemoteLocks;
  readonly #updates: RemoteUpdates;
  readonly #listeners = new Listeners<PowerAuthStorageChange>();
  #looking: Timer | undefined;
  #left: Promise<void> | undefined;

  constructor({ address, options }: RedisTarget, prefix: string) {
    this.#layout = redisLayout(prefix);
    this.#connection = new RedisConnection({
      address,
      layout: this.#layout,
      closing: this.#closing,
      createClient: () => createClient(options),
      onNotice: (channel, message) => this.#onNotice(channel, message),
      onLost: () => this.#look(),
      onRegained: () => {
        this.#updates.forget();
        this.#listeners.tell('all');
        this.#locks.renew();
      },
    });
    this.#locks = new RemoteLocks(new RedisLockServer(this.#connection, this.#layout));
    this.#updates = new RemoteUpdates({
      closing: this.#closing,
      read: (key) => this.#read(key),
      // Compares content, not versions: a change has no side effects, so equal content means that nothing happened.
      replace: (key, current, next, held) => this.#write(key, current, next, [...held]),
      held: () => this.#locks.held(),
    });
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const value = await this.#read(key);
    this.#assertOpen();
    return value;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, copyOfValue(value));
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, undefined);
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    const beginning = encodeName(prefix);
    // No byte of a name is that high.
    const end = Buffer.concat([Buffer.from('('), beginning, Buffer.of(0xff)]);
    let start = Buffer.concat([Buffer.from('['), beginning]);
    for (;;) {
      const names = (await this.#connection.send('list', [
        ...['ZRANGEBYLEX', this.#layout.names],
        ...[start, end],
        ...['LIMIT', '0', String(PAGE)],
      ])) as Buffer[];
      for (const name of names) {
        this.#assertOpen();
        yield decodeName(name);
      }
      const last = names.at(-1);
      this.#assertOpen();
      if (last === undefined || names.length < PAGE) return;
      start = Buffer.concat([Buffer.from('('), last]);
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    return this.#updates.update(key, change);
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    return this.#locks.lock(name, section, this.#closing);
  }

  subscribe(listener: Listener): () => void {
    this.#assertOpen();
    const remove = this.#listeners.add(listener);
    this.#looking ??= keepsNothingAlive(setInterval(() => this.#look(), LOOK_MS));
    this.#look();
    return () => {
      remove();
      if (this.#listeners.size > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    };
  }

  close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#left ??= this.#leave();
    return this.#left;
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }

  async #leave(): Promise<void> {
    clearInterval(this.#looking);
    this.#listeners.clear();
    this.#updates.forget();
    await this.#locks.close();
    await this.#connection.close();
  }

  async #read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const args = ['HGET', this.#layout.records, encodeName(key)];
    return bytesOf(await this.#connection.send('read', args));
  }

  /** Writes unconditionally, or removes the record if `next` is undefined. */
  async #put(key: string, next: Uint8Array | undefined): Promise<void> {
    this.#updates.forget(key);
    const replaced = await this.#write(key, 'any', next, this.#locks.held());
    if ('lost' in replaced) throw replaced.lost.signal.reason;
  }

  /** Writes, or removes if `next` is undefined, provided that the record is as expected. */
  async #write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    held: readonly Lease[],
  ): Promise<Replaced> {
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
        ...held.flatMap(({ fence: [name, id] }) => [encodeName(name), id]),
      ],
    );
    if (typeof answer !== 'number') return { present: bytesOf(answer) };
    const lost = held[-answer - 1];
    if (lost === undefined) return { written: true };
    lost.lose();
    return { lost };
  }

  #onNotice(channel: string, message: Buffer): void {
    if (channel === this.#layout.wakes) this.#locks.wake(message.toString());
    else if (message.toString('latin1', 0, ORIGIN_LENGTH) !== this.#origin) {
      const key = decodeName(message.subarray(ORIGIN_LENGTH));
      this.#updates.forget(key);
      this.#listeners.tell([key]);
    }
  }

  /** Opens the connection that subscribers need, and checks that it still works. */
  #look(): void {
    if (this.#listeners.size === 0 || this.#closing.isClosed) return;
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
 * A storage on a Redis server (6.2 or newer), opened on first use. Needs the package `redis`. All processes and machines
 * that use one server, database and prefix share its records, locks and notices.
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
  return heldStorage(new RedisStorage(redisTarget(url, client), prefix));
}
