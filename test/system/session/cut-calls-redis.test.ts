import { beforeAll } from 'vitest';
import { redisStorage } from '../../../src/storage/redis.ts';
import { RedisServer } from '../../helpers/redis-server.mjs';
import { describeWith } from '../../helpers/programs.ts';
import { cutCalls, sample } from './cut-calls.ts';

describeWith('redis', 'on Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
    return () => server.close();
  });

  let stores = 0;
  cutCalls(
    () => {
      const prefix = `cut-${++stores}`;
      return Promise.resolve({ open: () => redisStorage({ url: server.url, prefix }) });
    },
    11,
    sample,
  );
});
