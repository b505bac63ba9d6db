/**
 * Storage on Redis, for Node: any number of processes and machines that reach it share it. It is a server, the primary
 * that Redis Sentinel names, or a Redis Cluster.
 *
 * Durability depends on the servers: a call resolves when the server has carried it out, and, with
 * {@link RedisStorageOptions.durability}, when replicas have confirmed it. The servers' settings (`appendonly`,
 * `appendfsync`, replicas) determine what survives a crash of a machine or a failover; see docs/storage.md.
 *
 * @module powerauth-wasm/storage/redis
 */

import { remoteStorage } from './node/remote-storage.ts';
import { readDurability, readOptions, wrongOption } from './redis/options.ts';
import { RedisServer } from './redis/server.ts';
import { redisTarget } from './redis/target.ts';
import { describe } from '../util/validate.ts';
import type { PowerAuthStorage } from './types.ts';

/**
 * Options of {@link redisStorage}: one of `url`, `client`, `cluster` and `sentinel`.
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
   * A client of the `redis` package (`createClient` or `createCluster`), connected or not, for settings that a URL can't
   * express, such as certificates. Its settings are copied. The storage uses its own connections, and the client stays
   * as it is.
   */
  readonly client?: RedisSettings;
  /** A Redis Cluster (7.0 or newer). */
  readonly cluster?: RedisClusterSettings;
  /** The primary that Redis Sentinel names. */
  readonly sentinel?: RedisSentinelSettings;
  /**
   * Names the store: the beginning of its keys in Redis. 1 to 64 letters, digits and `. _ : / -`. Default:
   * `powerauth-wasm`. Stores with different prefixes in one database are independent.
   */
  readonly prefix?: string;
  /** What must confirm a write before its call resolves, besides the primary. Default: nothing. */
  readonly durability?: RedisDurability;
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
  /** As passed to `createCluster`. */
  readonly _options?: object | undefined;
}

/**
 * A host and a port.
 *
 * @example
 * ```ts
 * const address: RedisNodeAddress = { host: '10.0.0.1', port: 6379 };
 * ```
 */
export interface RedisNodeAddress {
  /** A name or an IP address. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * Maps addresses that the servers tell of each other (`host:port`) to those under which they are reached from here. The
 * others are used as they are.
 *
 * @example
 * ```ts
 * const map: RedisNodeAddressMap = { '10.0.0.1:6379': { host: 'redis.example.com', port: 16379 } };
 * ```
 */
export type RedisNodeAddressMap =
  Readonly<Record<string, RedisNodeAddress>> | ((address: string) => RedisNodeAddress | undefined);

/**
 * Settings of a Redis Cluster, as for `createCluster` of the `redis` package.
 *
 * @example
 * ```ts
 * const cluster: RedisClusterSettings = {
 *   rootNodes: [{ url: 'rediss://10.0.0.1:6379' }, { url: 'rediss://10.0.0.2:6379' }],
 *   defaults: { username: 'app', password, socket: { tls: true } },
 * };
 * const storage = redisStorage({ cluster });
 * ```
 */
export interface RedisClusterSettings {
  /**
   * Some nodes that are asked for all others, each as options of `createClient`: `url`, or `socket` with `host` and
   * `port`. What they leave open is taken from `defaults`.
   */
  readonly rootNodes: readonly object[];
  /** Options of `createClient` for the connections to all nodes: `username`, `password`, `socket`. No address. */
  readonly defaults?: object;
  /** For a cluster that is reached through other addresses than its nodes know. */
  readonly nodeAddressMap?: RedisNodeAddressMap;
}

/**
 * Settings of Redis Sentinel, as for `createSentinel` of the `redis` package.
 *
 * @example
 * ```ts
 * const sentinel: RedisSentinelSettings = {
 *   name: 'mymaster',
 *   sentinelRootNodes: [{ host: '10.0.0.1', port: 26379 }, { host: '10.0.0.2', port: 26379 }],
 *   nodeClientOptions: { password },
 * };
 * const storage = redisStorage({ sentinel });
 * ```
 */
export interface RedisSentinelSettings {
  /** The name under which the sentinels watch the primary. */
  readonly name: string;
  /** The sentinels. All of them should be listed: the one that knows the latest failover is believed. */
  readonly sentinelRootNodes: readonly RedisNodeAddress[];
  /** Options of `createClient` for connections to the primary: `username`, `password`, `database`, `socket`. */
  readonly nodeClientOptions?: object;
  /** Options of `createClient` for connections to the sentinels. */
  readonly sentinelClientOptions?: object;
  /** For servers that are reached through other addresses than the sentinels know. */
  readonly nodeAddressMap?: RedisNodeAddressMap;
}

/**
 * How many replicas must have a write before its call resolves (`WAIT`): each update, removal and lock, so no counter
 * value is used, and no lock is relied on, before.
 *
 * @example
 * ```ts
 * const durability: RedisDurability = { replicas: 1, timeoutMs: 1000 };
 * ```
 */
export interface RedisDurability {
  /** 1 to 100. As many as a primary has protects best: whichever replica is promoted, it has the write. */
  readonly replicas: number;
  /**
   * How long they may take, in ms: 1 to 5000. Then the call fails with UNKNOWN_ERROR; the write may take effect all the
   * same.
   */
  readonly timeoutMs: number;
}

const OPTIONS = ['url', 'client', 'cluster', 'sentinel', 'prefix', 'durability'] as const;

/**
 * A storage on a Redis server (6.2 or newer), on the primary that Redis Sentinel names, or in a Redis Cluster (7.0 or
 * newer). It is opened on first use, and needs the package `redis`. All processes and machines that use one server or
 * cluster, database and prefix share its records, locks and notices.
 *
 * `configure` refuses it without a `sealingKey`: the same 32 bytes on all machines, kept away from Redis.
 *
 * In a cluster everything of one instance is in one slot, and instances spread over all shards.
 *
 * While the server can't be reached, calls reject with UNKNOWN_ERROR within seconds, headers of cached tokens keep
 * working, and nobody is told of removals. When it is back, subscribers are told to drop what they cached.
 *
 * @throws WRONG_PARAMETER for any other options. Calls reject with UNKNOWN_ERROR, whose message names the address and
 *   the remedy, if the server can't be used: down, full, not permitted, another program's key, a failover in progress,
 *   too few replicas. After such an error a write may or may not have happened
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
  const given = readOptions(options, '', OPTIONS);
  const { prefix = 'powerauth-wasm' } = given;
  if (typeof prefix !== 'string' || !/^[\w.:/-]{1,64}$/.test(prefix)) {
    throw wrongOption('prefix', '1 to 64 letters, digits and . _ : / -', describe(prefix));
  }
  const target = redisTarget(given);
  const durability = readDurability(given['durability']);
  return remoteStorage('redis', (events) => new RedisServer(target, prefix, durability, events));
}
