import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { redisStorage, type RedisStorageOptions } from '../../src/storage/redis.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
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
  const { folder } = server;
  const url = `${server.url}/${nextInWorker('redis')}`;
  const log = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
  return {
    place: url,
    open: () => testRedisStorage({ url }),
    footprint: async () => (await stat(log)).size,
  };
}

/** Sends commands as an administrator would. */
export async function askRedis(server: RedisServer, ...commands: string[][]): Promise<void> {
  const client = await createClient({ url: server.url })
    .on('error', () => undefined)
    .connect();
  try {
    for (const command of commands) await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}
