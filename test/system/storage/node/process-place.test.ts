import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { mayBeAlive, ownMark, type ProcessMark } from '../../../../src/storage/node/process-place.ts';
import { buildChild } from '../../../helpers/child.ts';

const isLinux = process.platform === 'linux';

test('a process that ended is gone at once; one elsewhere cannot be known by its id', () => {
  const gone = { ...ownMark(), pid: spawnSync(process.execPath, ['--version']).pid };
  expect(mayBeAlive(ownMark())).toBe(true);
  expect(mayBeAlive(gone)).toBe(false);
  expect(mayBeAlive({ ...gone, place: 'another host' })).toBe(true);
});

test.skipIf(process.platform === 'win32')('a process of another user is alive', () => {
  expect(mayBeAlive({ ...ownMark(), pid: 1 })).toBe(true);
});

test.runIf(isLinux)(
  'a thread has a mark of its own, and is gone at once when it was terminated',
  async () => {
    const worker = new Worker(await buildChild(new URL('./mark-child.ts', import.meta.url)));
    onTestFinished(async () => {
      await worker.terminate();
    });
    const [mark] = (await once(worker, 'message')) as [ProcessMark];
    expect(mark.place).toBe(ownMark().place);
    expect(mark.pid).not.toBe(ownMark().pid);
    expect(mayBeAlive(mark)).toBe(true);
    await worker.terminate();
    await expect.poll(() => mayBeAlive(mark), { timeout: 1000 }).toBe(false);
  },
);
