/**
 * What is done to a store while its disk is recorded: `node … <phase> <folder> <file of marks> <name>`. Before each change
 * a mark says what it may be, afterwards one says that it was acknowledged.
 */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteStorage } from '../../src/storage/sqlite.ts';
import { Checkpoints } from '../../src/storage/sqlite/checkpoints.ts';
import { sqliteEngine } from '../../src/storage/sqlite/engine.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { COUNTER, SEALED, sealedWithOwnKey, type Mark } from './marks.ts';

const [phase = '', folder = '', marks = '', who = ''] = process.argv.slice(2);
let changes = 0;

function mark(kind: Mark['kind'], key: string, value?: string): void {
  appendFileSync(
    marks,
    `${JSON.stringify({ kind, key, ...(value === undefined ? {} : { value }) } satisfies Mark)}\n`,
  );
}

/** A value that no other change has. */
const newValue = (length: number): string => `${who} ${++changes} `.padEnd(length, 'x');

async function set(storage: PowerAuthStorage, key: string, length = 400): Promise<void> {
  const value = newValue(length);
  mark('begun', key, value);
  await storage.set(key, Buffer.from(value));
  mark('acknowledged', key, value);
}

async function update(storage: PowerAuthStorage, key: string, length = 400): Promise<void> {
  const value = newValue(length);
  mark('begun', key, value);
  await storage.update(key, () => Buffer.from(value));
  mark('acknowledged', key, value);
}

async function remove(storage: PowerAuthStorage, key: string): Promise<void> {
  mark('begun', key);
  await storage.delete(key);
  mark('acknowledged', key);
}

async function count(storage: PowerAuthStorage): Promise<void> {
  mark('begun', COUNTER);
  const counted = await storage.update(COUNTER, (current) =>
    Buffer.from(String(Number(Buffer.from(current ?? []).toString()) + 1)),
  );
  mark('acknowledged', COUNTER, Buffer.from(counted ?? []).toString());
}

/** Some of everything, one after another and together. */
async function work(storage: PowerAuthStorage): Promise<void> {
  await set(storage, `${who}/first`);
  await count(storage);
  await Promise.all(Array.from({ length: 12 }, (_, i) => set(storage, `${who}/${i}`, 100 + 150 * i)));
  await set(storage, `${who}/large`, 9000);
  await update(storage, `${who}/3`, 700);
  await storage.lock('lock', async () => {
    await update(storage, `${who}/4`, 30);
    await remove(storage, `${who}/5`);
  });
  await Promise.all([remove(storage, `${who}/large`), count(storage), update(storage, `${who}/6`, 2000)]);
  await set(storage, `${who}/5`, 1000);
}

const { Database } = sqliteEngine();

/** Checkpoints as the driver makes them, at a moment of our choice. */
async function withCheckpoints(use: (checkpoints: Checkpoints) => Promise<void>): Promise<void> {
  const file = join(folder, 'powerauth.db');
  const database = new Database(file, { timeout: 0 });
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
    await set(sealed, `${SEALED}${who}`);
    await storage.close();
  },
  /** Ends without closing, its last changes not yet acknowledged. */
  async killed() {
    await work(storage);
    void set(storage, `${who}/last`);
    await update(storage, `${who}/0`);
    process.kill(process.pid, 'SIGKILL');
  },
  /** Checkpoints between changes and during them; the log begins anew, is emptied, and begins again. */
  async checkpoints() {
    await set(storage, `${who}/before`);
    await withCheckpoints(async ({ thread }) => {
      await thread.run('PRAGMA wal_checkpoint(PASSIVE)');
      await work(storage);
      await Promise.all([thread.run('PRAGMA wal_checkpoint(PASSIVE)'), work(storage)]);
      await Promise.all([thread.run('PRAGMA wal_checkpoint(RESTART)'), set(storage, `${who}/restart`)]);
      await work(storage);
    });
    await withCheckpoints(async (checkpoints) => {
      await Promise.all([checkpoints.empty(), set(storage, `${who}/emptied`)]);
      await checkpoints.empty();
      await work(storage);
    });
    await storage.close();
  },
};
await phases[phase]?.();
