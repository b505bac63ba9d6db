import { lmdbStorage } from '../../src/storage/lmdb.ts';
import { redisStorage } from '../../src/storage/redis.ts';
import { sqliteStorage } from '../../src/storage/sqlite.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';

/** The storage that a child is told of: the URL of a Redis server, a folder of SQLite after `sqlite:`, or one of LMDB. */
export function storageAt(place: string): PowerAuthStorage {
  if (place.startsWith('redis:')) return redisStorage({ url: place });
  if (place.startsWith('sqlite:')) return sqliteStorage({ path: place.slice('sqlite:'.length) });
  return lmdbStorage({ path: place });
}
