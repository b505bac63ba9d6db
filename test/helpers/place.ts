import { postgresStorage } from '../../src/storage/postgres.ts';
import { redisStorage, type RedisStorageOptions } from '../../src/storage/redis.ts';
import { sqliteStorage } from '../../src/storage/sqlite.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';

/**
 * The storage that a child is told of: the URL of a Redis or PostgreSQL server, the options of a storage on Redis as
 * JSON after `redis+`, or a folder after `sqlite:`.
 */
export function storageAt(place: string): PowerAuthStorage {
  if (place.startsWith('redis+'))
    return redisStorage(JSON.parse(place.slice('redis+'.length)) as RedisStorageOptions);
  if (place.startsWith('redis:')) return redisStorage({ url: place });
  if (place.startsWith('postgres:')) return postgresStorage({ connectionString: place });
  if (place.startsWith('sqlite:')) return sqliteStorage({ path: place.slice('sqlite:'.length) });
  throw new TypeError(`no place: ${place}`);
}
