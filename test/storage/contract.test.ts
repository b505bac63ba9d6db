import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { lmdbStorage } from '../../src/storage/lmdb.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { testStorageContract, type StorageSubject } from '../conformance/storage.ts';

const memory: StorageSubject = {
  name: 'memory',
  create: async () => {
    const space = new MemorySpace();
    return { storage: memoryStorage(space), second: async () => memoryStorage(space) };
  },
};

const lmdb: StorageSubject = {
  name: 'lmdb',
  create: async () => {
    const path = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
    return {
      storage: lmdbStorage({ path }),
      second: async () => lmdbStorage({ path }),
      cleanup: () => rm(path, { recursive: true }),
    };
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

for (const subject of [memory, lmdb, sealed(memory), sealed(lmdb)]) testStorageContract(test, subject);
