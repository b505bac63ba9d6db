import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { testStorageContract } from '../../../src/testing/storage-contract/index.ts';
import { describeWithSqlite } from '../../helpers/sqlite.ts';

async function newStore(): Promise<{ path: string; cleanup: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
  return { path, cleanup: () => rm(path, { recursive: true }) };
}

describeWithSqlite('contract', () => {
  testStorageContract(test, {
    name: 'sqlite',
    create: async () => {
      const { path, cleanup } = await newStore();
      return { storage: sqliteStorage({ path }), second: async () => sqliteStorage({ path }), cleanup };
    },
  });

  testStorageContract(test, {
    name: 'sealed(sqlite)',
    create: async () => {
      const key = randomBytes(32);
      const { path, cleanup } = await newStore();
      const open = (): ReturnType<typeof sealedStorage> => sealedStorage(sqliteStorage({ path }), key);
      return { storage: open(), second: async () => open(), cleanup };
    },
  });
});
