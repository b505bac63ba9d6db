import { open } from 'lmdb';
import { lockKey } from '../../src/storage/lmdb-keys.ts';
import { testLmdbStore } from '../helpers/storage.ts';
import { testFrozen } from './frozen.ts';

testFrozen(testLmdbStore, async (place, lockName) => {
  const database = open<Uint8Array, Buffer>({
    path: place,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  await database.remove(lockKey(lockName));
  await database.close();
});
