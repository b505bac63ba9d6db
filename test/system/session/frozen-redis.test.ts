import { createClient } from 'redis';
import { encodeName } from '../../../src/storage/node/names.ts';
import { redisLayout } from '../../../src/storage/redis/layout.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedisStore } from '../../helpers/redis.ts';
import { testFrozen } from './frozen.ts';

describeWith('redis', 'on a Redis server', () => {
  testFrozen(testRedisStore, async (url, lockName) => {
    const client = await createClient({ url }).connect();
    await client.hDel(redisLayout('powerauth-wasm').locks, encodeName(lockName));
    client.destroy();
  });
});
