import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, test } from 'vitest';
import { MemorySpace, memoryStorage } from '../../../src/storage/memory.ts';
import { postgresStorage } from '../../../src/storage/postgres.ts';
import { redisStorage } from '../../../src/storage/redis.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { testStorageContract, type StorageSubject } from '../../../src/testing/storage-contract/index.ts';
import { RedisServer } from '../../helpers/redis-server.mjs';
import { storageAt } from '../../helpers/place.ts';
import { PostgresServer } from '../../helpers/postgres-server.mjs';
import { newSchema } from '../../helpers/postgres.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore, testSentinelStore } from '../../helpers/redis.ts';

const memory: StorageSubject = {
  name: 'memory',
  create: async () => {
    const space = new MemorySpace();
    return { storage: memoryStorage(space), second: async () => memoryStorage(space) };
  },
};

function sealed(subject: StorageSubject): StorageSubject {
  return {
    name: `sealed(${subject.name})`,
    create: async () => {
      const key = randomBytes(32);
      const store = await subject.create();
      return {
        ...store,
        storage: sealedStorage(store.storage, key),
        second: async () => sealedStorage((await store.second?.()) ?? store.storage, key),
      };
    },
  };
}

for (const subject of [memory, sealed(memory)]) testStorageContract(test, subject);

describeWith('redis', 'on a Redis server', () => {
  let server: RedisServer;
  let stores = 0;

  beforeAll(async () => {
    server = await RedisServer.start();
  });

  afterAll(() => server.close());

  const redis: StorageSubject = {
    name: 'redis',
    create: async () => {
      const options = { url: server.url, prefix: `store-${++stores}` };
      return { storage: redisStorage(options), second: async () => redisStorage(options) };
    },
  };

  for (const subject of [redis, sealed(redis)]) testStorageContract(test, subject);
});

describeWith('redis', 'in a Redis Cluster', () => {
  testStorageContract(test, {
    name: 'redis cluster',
    create: async () => {
      const { place } = await testClusterStore();
      return { storage: storageAt(place), second: async () => storageAt(place) };
    },
  });
});

describeWith('redis', 'on the primary that Sentinel names', () => {
  testStorageContract(test, {
    name: 'redis sentinel',
    create: async () => {
      const { place } = await testSentinelStore();
      return { storage: storageAt(place), second: async () => storageAt(place) };
    },
  });
});

describeWith('postgres', 'on a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());

  const postgres: StorageSubject = {
    name: 'postgres',
    create: async () => {
      const options = { connectionString: server.url, schema: newSchema() };
      return { storage: postgresStorage(options), second: async () => postgresStorage(options) };
    },
  };

  for (const subject of [postgres, sealed(postgres)]) testStorageContract(test, subject);
});
