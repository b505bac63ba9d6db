/**
 * What is done to a store while its disk is recorded: `node … <phase> <folder> <file of marks> <name>`. Before each change
 * a mark says what it may be, afterwards one says that it was acknowledged.
 */

import { join } from 'node:path';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { Checkpoints } from '../../../src/storage/sqlite/checkpoints.ts';
import { sqliteEngine } from '../../../src/storage/sqlite/engine.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { SEALED, sealedWithOwnKey, MarkedWriter } from '../crash/marks.ts';

const [phase = '', folder = '', marks = '', who = ''] = process.argv.slice(2);
const writer = new MarkedWriter(marks, who);

/** Some of everything, one after another and together. */
async function work(storage: PowerAuthStorage): Promise<void> {
  await writer.set(storage, `${who}/first`);
  await writer.count(storage);
  await Promise.all(Array.from({ length: 12 }, (_, i) => writer.set(storage, `${who}/${i}`, 100 + 150 * i)));
  await writer.set(storage, `${who}/large`, 9000);
  await writer.update(storage, `${who}/3`, 700);
  await storage.lock('lock', async () => {
    await writer.update(storage, `${who}/4`, 30);
    await writer.remove(storage, `${who}/5`);
  });
  await Promise.all([
    writer.remove(storage, `${who}/large`),
    writer.count(storage),
    writer.update(storage, `${who}/6`, 2000),
  ]);
  await writer.set(storage, `${who}/5`, 1000);
  await storage.forget?.();
  await writer.update(storage, `${who}/7`, 1200);
}

const { Database } = sqliteEngine();

/** Checkpoints as the driver makes them, at a moment of our choice. */
async function withCheckpoints(use: (checkpoints: Checkpoints) => Promise<void>): Promise<void> {
  const file = join(folder, 'powerauth.db');
  const database = new Database(file, { timeout: 0 });
  prepareDatabase(database, file);
  const checkpoints = new Checkpoints(file, database);
  await use(checkpoints);
  await checkpoints.close();
  database.close();
}

const storage = sqliteStorage({ path: folder });
const phases: Record<string, () => Promise<unknown>> = {
  /** From an empty disk to a closed store. */
  async first() {
    await work(storage);
    const sealed = sealedWithOwnKey(storage);
    await writer.set(sealed, `${SEALED}${who}`);
    await storage.close();
  },
  /** Ends without closing, its last changes not yet acknowledged. */
  async killed() {
    await work(storage);
    void writer.set(storage, `${who}/last`);
    await writer.update(storage, `${who}/0`);
    process.kill(process.pid, 'SIGKILL');
  },
  /** Checkpoints between changes and during them; the log begins again, is emptied, and begins again. */
  async checkpoints() {
    await writer.set(storage, `${who}/before`);
    await withCheckpoints(async ({ thread }) => {
      await thread.run('PRAGMA wal_checkpoint(PASSIVE)');
      await work(storage);
      await Promise.all([thread.run('PRAGMA wal_checkpoint(PASSIVE)'), work(storage)]);
      await Promise.all([
        thread.run('PRAGMA wal_checkpoint(RESTART)'),
        writer.set(storage, `${who}/restart`),
      ]);
      await work(storage);
    });
    await withCheckpoints(async (checkpoints) => {
      await Promise.all([checkpoints.empty(), writer.set(storage, `${who}/emptied`)]);
      await checkpoints.empty();
      await work(storage);
    });
    await storage.close();
  },
};
await phases[phase]?.();
