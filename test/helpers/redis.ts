import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { redisStorage, type RedisStorageOptions } from '../../src/storage/redis.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { RedisCluster } from './redis-cluster.mjs';
import { RedisSentinel } from './redis-sentinel.mjs';
import { RedisServer } from './redis-server.mjs';
import type { SharedStore } from './storage.ts';
import { nextInWorker, sharedInWorker } from './worker.ts';

/** A Redis server of the test's own, which ends with it. */
export async function testRedis(options?: { readonly args?: readonly string[] }): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.close());
  return server;
}

/** A storage that is closed after the test. */
export function testRedisStorage(options: RedisStorageOptions): PowerAuthStorage {
  const storage = redisStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

/** A new store in a database of its own. */
export async function testRedisStore(): Promise<SharedStore> {
  const server = await sharedInWorker('redis', {
    start: () => RedisServer.start({ args: ['--databases', '1000'] }),
    end: (it) => it.close(),
  });
  const url = `${server.url}/${nextInWorker('redis')}`;
  return {
    place: url,
    open: () => testRedisStorage({ url }),
    footprint: () => logSize(server),
  };
}

/** What a child is told to find a store, see {@link storageAt}. */
export function placeOf(options: RedisStorageOptions): string {
  return `redis+${JSON.stringify(options)}`;
}

/**
 * A cluster that the tests of a worker share: 3 primaries, each with a replica. A test may let nodes fall, or replace
 * them, if it leaves the cluster settled, with all servers running.
 */
export async function sharedCluster(): Promise<RedisCluster> {
  return sharedInWorker('redis cluster', { start: () => RedisCluster.start(), end: (it) => it.close() });
}

/**
 * A cluster of 3 primaries without replicas, which the tests of a worker share. A test may move slots and stop nodes if
 * it leaves all slots served.
 */
export async function clusterWithoutReplicas(): Promise<RedisCluster> {
  const args = ['--cluster-require-full-coverage', 'no'];
  return sharedInWorker('redis cluster without replicas', {
    start: () => RedisCluster.start({ replicas: 0, args }),
    end: (it) => it.close(),
  });
}

/**
 * A primary with two replicas and three sentinels, which the tests of a worker share. A test may replace the primary if
 * it leaves all of them settled.
 */
export async function sharedSentinel(): Promise<RedisSentinel> {
  return sharedInWorker('redis sentinel', { start: () => RedisSentinel.start(), end: (it) => it.close() });
}

function storeWith(options: RedisStorageOptions, footprint: () => Promise<unknown>): SharedStore {
  return { place: placeOf(options), open: () => testRedisStorage(options), footprint };
}

/** A new store in a cluster. */
export async function testClusterStore(): Promise<SharedStore> {
  const cluster = await sharedCluster();
  const options = { cluster: { rootNodes: cluster.rootNodes }, prefix: `store-${nextInWorker('redis')}` };
  return storeWith(options, () => Promise.all(cluster.servers.map(logSize)));
}

/** A new store on the primary that Sentinel names, with writes that both replicas confirm. */
export async function testSentinelStore(): Promise<SharedStore> {
  const { settings, servers } = await sharedSentinel();
  const options = {
    sentinel: settings,
    durability: { replicas: 2, timeoutMs: 5000 },
    prefix: `store-${nextInWorker('redis')}`,
  };
  return storeWith(options, () => Promise.all(servers.map(logSize)));
}

async function logSize({ folder }: RedisServer): Promise<string> {
  const logs = join(folder, 'appendonlydir');
  // The file changes its name when the log is rewritten, as for a new replica.
  const sizes = (await readdir(logs)).map(async (name) => `${name} ${(await stat(join(logs, name))).size}`);
  return (await Promise.all(sizes)).join();
}

/** Sends commands as an administrator would. */
export async function askRedis(server: RedisServer, ...commands: string[][]): Promise<void> {
  const client = await createClient({ url: server.url })
    .on('error', () => undefined)
    .connect();
  try {
    await Promise.all(commands.map((command) => client.sendCommand(command)));
  } finally {
    client.destroy();
  }
}
