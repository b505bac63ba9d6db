/**
 * The storage contract on the package better-sqlite3, and what takes several processes: run by run.mjs.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkSqliteStorage, sqliteStorage } from '../../dist/storage/sqlite.js';
import { testStorageContract } from '../../dist/testing/storage-contract/index.js';
import { sqliteEngine } from '../../dist/storage/sqlite/engine.js';

const PROCESSES = 4;
const COUNT = 200;

async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
  return { path, cleanup: () => rm(path, { recursive: true }) };
}

/** Counts a record up, then leaves without closing, as a process may. */
async function count(path) {
  const storage = sqliteStorage({ path });
  for (let i = 0; i < COUNT; i++) {
    await storage.update(
      'counter',
      (current) => new Uint8Array(Uint32Array.of(numberIn(current) + 1).buffer),
    );
  }
}

const numberIn = (bytes) => (bytes === undefined ? 0 : new DataView(bytes.buffer).getUint32(0, true));

if (process.argv[2] === 'count') await count(process.argv[3]);
else {
  test('SQLite is that of the package', () => {
    assert.match(sqliteEngine().module, /better-sqlite3/);
  });

  testStorageContract(test, {
    name: 'sqlite',
    create: async () => {
      const { path, cleanup } = await newFolder();
      return { storage: sqliteStorage({ path }), second: async () => sqliteStorage({ path }), cleanup };
    },
  });

  test('processes share a store, and it is sound afterwards', async () => {
    const { path, cleanup } = await newFolder();
    try {
      const children = Array.from({ length: PROCESSES }, () =>
        fork(fileURLToPath(import.meta.url), ['count', path]),
      );
      const ends = await Promise.all(children.map((child) => once(child, 'exit')));
      assert.deepEqual(
        ends,
        ends.map(() => [0, null]),
      );
      const storage = sqliteStorage({ path });
      assert.equal(numberIn(await storage.get('counter')), PROCESSES * COUNT);
      assert.deepEqual(await checkSqliteStorage({ path }), []);
      await storage.close();
    } finally {
      await cleanup();
    }
  });

  test('a failure of SQLite is told as that of any other', async () => {
    const { path, cleanup } = await newFolder();
    try {
      const database = new (sqliteEngine().Database)(join(path, 'powerauth.db'), { timeout: 0 });
      database.exec('CREATE TABLE theirs (a)');
      database.close();
      await assert.rejects(sqliteStorage({ path }).get('key'), /another application/);
    } finally {
      await cleanup();
    }
  });
}
