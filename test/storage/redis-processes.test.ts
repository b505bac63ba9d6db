import { statSync } from 'node:fs';
import { join } from 'node:path';
import { testStorageProcesses } from '../conformance/storage-processes.ts';
import { describeWith } from '../helpers/programs.ts';
import { testRedis, testRedisStorage } from '../helpers/redis.ts';

describeWith('redis', 'on a Redis server', () => {
  testStorageProcesses(async () => {
    const server = await testRedis();
    return {
      place: server.url,
      open: () => testRedisStorage({ url: server.url }),
      footprint: async () => statSync(join(server.folder, 'appendonlydir', 'appendonly.aof.1.incr.aof')).size,
    };
  });
});
