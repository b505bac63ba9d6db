/** Where a store is, in a form that processes can be told. */

import { postgresStorage, type PostgresStorageOptions } from '../../../src/storage/postgres.ts';
import { redisStorage, type RedisStorageOptions } from '../../../src/storage/redis.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';

/** Options that survive JSON. */
export type Place = { readonly redis: RedisStorageOptions } | { readonly postgres: PostgresStorageOptions };

/** A storage there. */
export const storageThere = (place: Place): PowerAuthStorage =>
  'redis' in place ? redisStorage(place.redis) : postgresStorage(place.postgres);
