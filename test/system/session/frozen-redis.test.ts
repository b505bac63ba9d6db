import { createClient } from 'redis';
import { encodeName } from '../../../src/storage/node/names.ts';
import { onePart } from '../../../src/storage/redis/layout.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedisStore } from '../../helpers/redis.ts';
import { testFrozen } from './frozen.ts';

describeWith('redis', 'on a Redis server', () => {
  testFrozen(testRedisStore, async (url, lockName) => {
    const client = await createClient({ url }).connect();
    await client.hDel(onePart('powerauth-wasm').of(lockName).locks, encodeName(lockName));
    client.destroy();
  });
});
