/**
 * What processes do that cannot see each other, as on two machines: all that they share is a server.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { apart } from '../helpers/apart.ts';
import { buildChild, Child } from '../helpers/child.ts';
import type { SharedStore } from '../helpers/storage.ts';

const under = apart();

/** Registers the tests for a driver; `create` makes a new store, gone after the test. */
export function testStorageMachines(create: () => Promise<SharedStore>): void {
  test('a lock is free within 10 s when its holder on another machine is killed', async ({ skip }) => {
    if (under === undefined) return skip('process namespaces are not permitted here');
    const script = await buildChild(new URL('../system/storage/storage-child.ts', import.meta.url));
    const store = await create();
    const holder = new Child({ script, under }, 'hold', store.place, 'lock');
    expect(await holder.receive()).toBe('asking');
    expect(await holder.receive()).toBe('held');
    const free = store.open().lock('lock', async () => 'free');
    // Longer than a lease: as long as the holder lives, it keeps the lock.
    expect(await Promise.race([free, sleep(9000, 'held')])).toBe('held');
    await holder.kill();
    expect(await Promise.race([free, sleep(10_000, 'held')])).toBe('free');
  }, 60_000);

  test('a lock that is given back wakes the next one in line, whoever asks in the meantime', async () => {
    const store = await create();
    const storages = [store.open(), store.open(), store.open()];
    await Promise.all(storages.map((storage) => storage.lock('lock', async () => undefined)));
    // Who isn't woken waits for a timer, which doesn't come.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const turns: number[] = [];
    const take = (i: number): Promise<void> =>
      storages[i]?.lock('lock', async () => void turns.push(i)) ?? Promise.reject(new Error('no storage'));
    // Each storage has several calls, so that its next one asks while it gives the lock back.
    await Promise.all(Array.from({ length: 60 }, (_, i) => take(i % storages.length)));
    expect(turns).toHaveLength(60);
  }, 20_000);
}
