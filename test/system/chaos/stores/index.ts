/** The stores of a chaos run, by name. */

import { startPostgres } from './postgres.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startRedisSentinel } from './redis-sentinel.ts';
import { startRedis } from './redis.ts';
import type { StartStore } from './store.ts';

export const STORES: Readonly<Record<string, StartStore>> = {
  postgres: startPostgres,
  redis: startRedis,
  'redis-cluster': startRedisCluster,
  'redis-sentinel': startRedisSentinel,
};
