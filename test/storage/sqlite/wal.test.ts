/** When commits count as durable, with a disk that does what the test tells it to. */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WriteAheadLog } from '../../../src/storage/sqlite/wal.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

interface Sync {
  readonly succeed: () => void;
  readonly fail: (reason: Error) => void;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A log, and the synchronisations that have begun and not ended; a saving of all commits is one of `saved`. */
async function newLog(): Promise<{ log: WriteAheadLog; syncs: Sync[]; mend: ReturnType<typeof vi.fn> }> {
  const path = join(await temporaryFolder(), 'db');
  const handle = await open(`${path}-wal`, 'w');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const syncs: Sync[] = [];
  const spy = vi.spyOn(prototype, 'datasync').mockImplementation(
    () =>
      new Promise<void>((resolve, reject) => {
        syncs.push({ succeed: resolve, fail: reject });
      }),
  );
  const mend = vi.fn(async () => undefined);
  const log = await WriteAheadLog.open(path, mend, () => undefined);
  onTestFinished(async () => {
    spy.mockRestore();
    await log.close();
  });
  return { log, syncs, mend };
}

/** Commits, asks for durability, and notes when it is there. */
function commit(log: WriteAheadLog, name: string, done: string[]): void {
  log.committed();
  log.flush().then(
    () => done.push(name),
    (error: unknown) => done.push(`${name}: ${(error as Error).message}`),
  );
}

test('one synchronisation does for all who ask after the same commit', async () => {
  const { log, syncs } = await newLog();
  log.committed();
  const both = Promise.all([log.flush(), log.flush()]);
  await settle();
  const late = log.flush();
  expect(syncs).toHaveLength(1);
  syncs[0]?.succeed();
  await both;
  await late;
});

test('a commit is covered only by what began after it; what waits covers everything that came in the meantime', async () => {
  const { log, syncs } = await newLog();
  const done: string[] = [];
  for (const name of ['first', 'second', 'third', 'fourth']) commit(log, name, done);
  // Two at once.
  expect(syncs).toHaveLength(2);
  syncs[1]?.succeed();
  await settle();
  expect(done).toEqual(['second']);
  expect(syncs).toHaveLength(3);
  commit(log, 'fifth', done);
  syncs[2]?.succeed();
  await settle();
  expect(done).toEqual(['second', 'third', 'fourth']);
  syncs[0]?.succeed();
  syncs[3]?.succeed();
  await settle();
  expect(done).toEqual(['second', 'third', 'fourth', 'first', 'fifth']);
});

test('what runs when another one fails is not trusted, even when the system reports success', async () => {
  const { log, syncs } = await newLog();
  const done: string[] = [];
  commit(log, 'first', done);
  commit(log, 'second', done);
  syncs[0]?.fail(new Error('no disk'));
  await settle();
  syncs[1]?.succeed();
  await settle();
  expect(done).toEqual(['first: no disk', 'second: no disk']);
});

test('after a failure all commits are saved before anything is acknowledged, by one at a time', async () => {
  const { log, syncs, mend } = await newLog();
  const done: string[] = [];
  commit(log, 'first', done);
  syncs.pop()?.fail(new Error('no disk'));
  await settle();
  commit(log, 'second', done);
  commit(log, 'third', done);
  // Whatever the descriptors have yet to report belongs to the first failure.
  expect(syncs).toHaveLength(2);
  expect(mend).not.toHaveBeenCalled();
  for (const { fail } of syncs.splice(0)) fail(new Error('reported late'));
  await settle();
  expect(mend).toHaveBeenCalledTimes(1);
  expect(done).toEqual(['first: no disk']);
  expect(syncs).toHaveLength(1);
  syncs.pop()?.succeed();
  await settle();
  expect(done).toEqual(['first: no disk', 'second']);
  syncs.pop()?.succeed();
  await settle();
  expect(done).toEqual(['first: no disk', 'second', 'third']);
  expect(mend).toHaveBeenCalledTimes(1);
});

test('where commits cannot be saved nothing is acknowledged; whoever asks again has them saved', async () => {
  const { log, syncs, mend } = await newLog();
  const done: string[] = [];
  commit(log, 'first', done);
  syncs.pop()?.fail(new Error('no disk'));
  await settle();
  mend.mockRejectedValueOnce(new Error('still no disk'));
  commit(log, 'second', done);
  for (const { succeed } of syncs.splice(0)) succeed();
  await settle();
  expect(done).toEqual(['first: no disk', 'second: still no disk']);
  const again = log.flush();
  for (const { succeed } of syncs.splice(0)) succeed();
  await settle();
  syncs.pop()?.succeed();
  await again;
  expect(mend).toHaveBeenCalledTimes(2);
});
