import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { sqliteEngine, type SqlDatabase } from '../../../../src/storage/sqlite/engine.ts';
import { apart } from '../../../helpers/apart.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';
import { Remote } from './remote.ts';

const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

/** A connection of the test's own to a store that is open. */
function connect(folder: string): SqlDatabase {
  const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
  onTestFinished(() => void database.close());
  return database;
}

async function testThread(): Promise<Remote> {
  const thread = await Remote.thread();
  onTestFinished(() => thread.end());
  return thread;
}

const lost = {
  code: 'OPERATION_CANCELED',
  message: expect.stringMatching(/^Lock "lock" was lost/) as string,
};

describeWithSqlite('a section whose lock was lost without a word', () => {
  test('writes nothing more; what comes after it does', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('key', one);
    const database = connect(folder);
    await storage.lock('lock', async (lock) => {
      await storage.update('key', () => two);
      // As those do who take over from a holder that is frozen.
      database.exec('DELETE FROM tickets');
      expect(lock.signal.aborted).toBe(false);
      expect(await rejection(storage.set('key', one))).toMatchObject(lost);
      expect(await rejection(storage.update('key', () => one))).toMatchObject(lost);
      expect(await rejection(storage.delete('key'))).toMatchObject(lost);
      // Nor inside another lock that it holds.
      const inside = storage.lock('another', () => storage.set('key', one));
      expect(await rejection(inside)).toMatchObject(lost);
      expect(await lock.isHeld?.()).toBe(false);
      expect(lock.signal.aborted).toBe(true);
      expect(await storage.get('key')).toEqual(two);
    });
    await storage.set('key', one);
    expect(await storage.get('key')).toEqual(one);
  });

  test('writes nothing that it began before', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('key', one);
    const database = connect(folder);
    await storage.lock('lock', async () => {
      database.exec('BEGIN IMMEDIATE');
      const writing = rejection(storage.set('key', two));
      // It has asked for the write lock by now, and waits.
      await sleep(20);
      database.exec('DELETE FROM tickets; COMMIT');
      expect(await writing).toMatchObject(lost);
    });
    expect(await storage.get('key')).toEqual(one);
  });

  test('writes nothing once another thread has had it', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const there = await (await testThread()).open(folder);
    const database = connect(folder);
    await storage.lock('lock', async () => {
      database.exec('DELETE FROM tickets');
      await there.lock('lock', () => there.set('key', two));
      expect(await rejection(storage.set('key', one))).toMatchObject(lost);
    });
    expect(await storage.get('key')).toEqual(two);
  });
});

describeWithSqlite('a lock', () => {
  test('of an object that is closed is free for another one of this thread, whatever the section does', async () => {
    const folder = await temporaryFolder();
    const [closed, other] = [testSqliteStorage(folder), testSqliteStorage(folder)];
    let inside = (): void => undefined;
    const entered = new Promise<void>((resolve) => (inside = resolve));
    let leave = (): void => undefined;
    const section = closed.lock('lock', ({ signal }) => {
      inside();
      return new Promise<boolean>((resolve) => (leave = () => resolve(signal.aborted)));
    });
    await entered;
    await closed.close();
    expect(await other.lock('lock', async () => 'taken')).toBe('taken');
    leave();
    expect(await section).toBe(true);
  });

  test.runIf(process.platform === 'linux')('of a thread that is terminated is free at once', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const thread = await testThread();
    const there = await thread.open(folder);
    const held = new Promise<void>((resolve) => {
      // Never answered: the thread is gone.
      void there.lock('lock', async () => {
        resolve();
        await new Promise(() => undefined);
      });
    });
    await held;
    const free = storage.lock('lock', async () => 'free');
    expect(await Promise.race([free, sleep(200, 'held')])).toBe('held');
    await thread.end();
    expect(await Promise.race([free, sleep(3000, 'held')])).toBe('free');
  });

  const under = apart();
  let script: string;

  beforeAll(async () => {
    script = await buildChild(new URL('../storage-child.ts', import.meta.url));
  });

  /** A holder in a process namespace of its own, where its id is 1. */
  async function holder(folder: string, name: string): Promise<Child> {
    const child = new Child({ script, under: under ?? [] }, 'hold', `sqlite:${folder}`, name);
    expect(await child.receive()).toBe('asking');
    expect(await child.receive()).toBe('held');
    return child;
  }

  test.skipIf(under === undefined)(
    'of a container whose process ids are the same: free within 10 s after its death, or when it is frozen, which is told',
    async () => {
      const folder = await temporaryFolder();
      const [dying, freezing] = await Promise.all([holder(folder, 'dying'), holder(folder, 'freezing')]);
      const neighbours = await Promise.all([Remote.process(under), Remote.process(under)]);
      onTestFinished(async () => {
        await Promise.all(neighbours.map((neighbour) => neighbour.end()));
      });
      const [first, second] = await Promise.all(neighbours.map((neighbour) => neighbour.open(folder)));
      const free = Promise.all([
        first?.lock('dying', async () => 'dying'),
        second?.lock('freezing', async () => 'freezing'),
      ]);
      // They live, whatever the neighbours know of their ids.
      expect(await Promise.race([free, sleep(500, 'held')])).toBe('held');
      // What runs Node is out here. Inside, the first process can't be stopped.
      const [frozen] = readFileSync(
        `/proc/${freezing.process.pid ?? ''}/task/${freezing.process.pid ?? ''}/children`,
        'utf8',
      ).split(' ');
      process.kill(Number(frozen), 'SIGSTOP');
      await dying.kill();
      expect(await Promise.race([free, sleep(10_000, 'held')])).toEqual(['dying', 'freezing']);
      expect(freezing.pending).toBe(0);
      process.kill(Number(frozen), 'SIGCONT');
      expect(await freezing.receive()).toMatchObject({ code: 'OPERATION_CANCELED' });
    },
  );
});
