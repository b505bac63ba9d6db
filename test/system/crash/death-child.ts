/**
 * Works on a SQLite store, and dies at the moment that it is told: a process forked with messages, which dies for one task;
 * for a thread that is to be terminated, the process that has the thread, and goes on.
 */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { count, pass, somebodyStands, type Plan } from './death-moments.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { Checkpoints } from '../../../src/storage/sqlite/checkpoints.ts';
import { sqliteEngine, type SqlDatabase } from '../../../src/storage/sqlite/engine.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { contentOf } from './content.ts';
import { MarkedWriter } from './marks.ts';

/** What is done while death comes. */
export type Work = 'open' | 'set' | 'update' | 'delete' | 'lock' | 'forget' | 'close' | 'checkpoint';

/** A life to its end. */
export interface Life {
  readonly folder: string;
  readonly marks: string;
  /** What its values begin with. */
  readonly who: string;
  readonly work: Work;
  readonly plan: Omit<Plan, 'cells'>;
}

/** What the process is told. */
export type DeathTask =
  /** To exit while the thread for checkpoints waits for somebody who reads. */
  | { readonly exitInCheckpoint: string }
  | { readonly live: Life }
  | { readonly end: Life }
  | { readonly look: string; readonly lock: string };

async function checkpoint(folder: string, storage: PowerAuthStorage, writer: MarkedWriter): Promise<void> {
  const file = join(folder, 'powerauth.db');
  const { Database } = sqliteEngine();
  const database = new Database(file, { timeout: 0 });
  prepareDatabase(database, file);
  const checkpoints = new Checkpoints(file, database);
  await Promise.all([
    checkpoints.thread.run('PRAGMA wal_checkpoint(PASSIVE)'),
    writer.set(storage, 'key 0'),
    writer.set(storage, 'key 1', 9000),
  ]);
  await checkpoints.thread.run('PRAGMA wal_checkpoint(RESTART)').catch(() => undefined);
  await writer.set(storage, 'key 2');
  await checkpoints.empty().catch(() => undefined);
  await checkpoints.close();
  database.close();
}

async function exitInCheckpoint(folder: string): Promise<void> {
  await sqliteStorage({ path: folder }).set('key', new Uint8Array(1));
  const file = join(folder, 'powerauth.db');
  const database = new (sqliteEngine().Database)(file, { timeout: 0 });
  const { thread } = new Checkpoints(file, database);
  void thread.run('PRAGMA wal_checkpoint(RESTART)');
  // While it waits, nobody else can write.
  while (canWrite(database)) await new Promise((resolve) => setImmediate(resolve));
  process.send?.('waits', () => process.exit(7));
}

function canWrite(database: SqlDatabase): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

/** Lives until the moment comes, or the work is done. */
async function live({ folder, marks, who, work, plan }: Life, cells: SharedArrayBuffer): Promise<void> {
  const moments = { ...plan, cells };
  count(moments, false);
  const storage = sqliteStorage({ path: folder });
  const writer = new MarkedWriter(marks, who);
  const works: Record<Work, () => Promise<unknown>> = {
    open: () => writer.set(storage, 'key 0'),
    set: () => Promise.all([writer.set(storage, 'key 1'), writer.set(storage, 'key 2', 6000)]),
    update: () => Promise.all([writer.count(storage), writer.update(storage, 'key 3', 900)]),
    delete: () => Promise.all([writer.remove(storage, 'key 4'), writer.set(storage, 'key 5')]),
    lock: () =>
      storage.lock(`lock of ${who}`, async () => {
        pass('section begins');
        await writer.update(storage, 'key 6');
        pass('section ends');
      }),
    async close() {
      const writing = writer.set(storage, 'key 7', 50);
      // Begun before the storage is closed, and therefore written.
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([writing, storage.close()]);
    },
    async forget() {
      await writer.remove(storage, 'key 4');
      await Promise.all([storage.forget?.(), writer.update(storage, 'key 8', 700)]);
    },
    checkpoint: () => checkpoint(folder, storage, writer),
  };
  if (work !== 'open') {
    await writer.set(storage, 'key 4');
    await writer.set(storage, 'key 8');
  }
  count(moments, true);
  await works[work]();
  count(moments, false);
  await storage.close();
}

const newCells = (): SharedArrayBuffer => new SharedArrayBuffer(8);

/** Lives in this process. */
async function liveHere(life: Life): Promise<void> {
  const cells = newCells();
  void somebodyStands({ ...life.plan, cells }).then(() => {
    if (life.plan.death === 'exit') process.exit(7);
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
  });
  await live(life, cells).catch((error: unknown) =>
    process.send?.({ code: (error as { code?: string }).code }),
  );
  process.disconnect();
}

/** Lives in a thread, which is terminated at its moment; tells how long that took, in ms. */
async function liveInThread(life: Life): Promise<{ terminated: number } | { survived: true }> {
  const cells = newCells();
  const thread = new Worker(new URL(import.meta.url), { workerData: { life, cells } });
  const exited = once(thread, 'exit');
  const stands = somebodyStands({ ...life.plan, cells }).then(() => true);
  if (!(await Promise.race([stands, exited.then(() => false)]))) return { survived: true };
  const startedAt = performance.now();
  await thread.terminate();
  return { terminated: performance.now() - startedAt };
}

const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

async function work(task: DeathTask): Promise<unknown> {
  if ('look' in task) return { found: [...(await contentOf(task.look, task.lock))] };
  if ('exitInCheckpoint' in task) return exitInCheckpoint(task.exitInCheckpoint);
  if ('live' in task) return liveHere(task.live);
  return { ...(await liveInThread(task.end)), openFiles: openFiles() };
}

if (isMainThread) {
  process.on('message', (task: DeathTask) => {
    void work(task).then((told) => {
      if (told !== undefined) process.send?.(told);
    });
  });
} else if (parentPort !== null) {
  const { life, cells } = workerData as { life: Life; cells: SharedArrayBuffer };
  await live(life, cells);
}
