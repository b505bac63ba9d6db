import { onTestFinished } from 'vitest';
import { RedisServer } from '../../tools/lib/redis.mjs';

/** A Redis server of the test's own, which ends with it. */
export async function testRedis(options?: { readonly args?: readonly string[] }): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.close());
  return server;
}
