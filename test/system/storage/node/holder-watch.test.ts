import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { HolderWatch, STALE_MS, type Ticket } from '../../../../src/storage/node/holder-watch.ts';
import { ownMark } from '../../../../src/storage/node/process-place.ts';

const own: Ticket = { id: 'own', ...ownMark(), beat: 0 };

/** Asks a new watch whether the holder is gone, on a clock that goes `ms` further each time. */
function watching(): (ms: number, holder: Ticket) => boolean {
  let now = 1e6;
  const watch = new HolderWatch(() => now);
  return (ms, holder) => {
    now += ms;
    return watch.isGone(holder);
  };
}

test('a process that ended is gone at once', () => {
  expect(watching()(0, { ...own, pid: spawnSync(process.execPath, ['--version']).pid })).toBe(true);
});

test('a living process whose beat stands still is gone after a while: frozen, or its id belongs to another now', () => {
  const after = watching();
  let waited = 0;
  expect(after(0, own)).toBe(false);
  while (!after(200, own)) waited += 200;
  expect(waited).toBeGreaterThanOrEqual(STALE_MS - 200);
  expect(waited).toBeLessThanOrEqual(STALE_MS + 200);
});

test('one whose beat goes on is never gone, nor is the next one for what the last one did', () => {
  const after = watching();
  for (let beat = 0; beat < 100; beat++) expect(after(400, { ...own, beat: beat >> 3 })).toBe(false);
  for (let i = 0; i < 100; i++) expect(after(400, { ...own, id: `ticket ${i >> 3}` })).toBe(false);
});

test('a waiter that was frozen itself does not take its own sleep for that of the holder', () => {
  const after = watching();
  expect(after(0, own)).toBe(false);
  for (let i = 0; i < 5; i++) expect(after(3_600_000, own)).toBe(false);
});
