/**
 * What processes and threads that share a store do to each other: tests for any driver that processes can share.
 *
 * @module
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildChild, Child } from '../helpers/child.ts';
import { DEEP } from '../helpers/deep.ts';
import { keysOf, temporaryFolder, type SharedStore } from '../helpers/storage.ts';
import { numberedValue } from '../system/storage/numbered-value.ts';

/** How many do a thing at once, how often each of them, and how many of them are killed. */
const SIZES = DEEP
  ? { updating: 8, updates: 20, locking: 6, locks: 6, killings: 4, killed: 3 }
  : { updating: 4, updates: 10, locking: 3, locks: 4, killings: 2, killed: 2 };

let script: string;

beforeAll(async () => {
  script = await buildChild(new URL('../system/storage/storage-child.ts', import.meta.url));
});

function worker(...args: string[]): {
  ended: Promise<unknown>;
  message(expected: unknown): Promise<void>;
  terminate(): Promise<unknown>;
} {
  const thread = new Worker(script, { argv: args });
  onTestFinished(async () => {
    await thread.terminate();
  });
  return {
    message: (expected) =>
      new Promise((resolve) =>
        thread.on('message', (message) => {
          if (message === expected) resolve();
        }),
      ),
    ended: new Promise((resolve, reject) => thread.once('exit', resolve).once('error', reject)),
    terminate: () => thread.terminate(),
  };
}

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

/** A file that the command `exclude` makes while it is inside a lock. */
const markerFile = async (): Promise<string> => join(await temporaryFolder(), 'inside');

/** Registers the tests for a driver; `create` makes a new store, gone after the test. */
export function testStorageProcesses(create: () => Promise<SharedStore>): void {
  describe('several processes', () => {
    test('lose no update, with threads among them, from an empty folder on', async () => {
      const store = await create();
      const children = Array.from(
        { length: SIZES.updating },
        () => new Child(script, 'increment', store.place, 'counter', `${SIZES.updates}`),
      );
      const threads = Array.from({ length: 2 }, () =>
        worker('increment', store.place, 'counter', `${SIZES.updates}`),
      );
      await Promise.all([...children.map((child) => child.done()), ...threads.map((thread) => thread.ended)]);
      expect(text(await store.open().get('counter'))).toBe(`${(SIZES.updating + 2) * SIZES.updates}`);
    });

    test('exclude each other by a lock, threads too', async () => {
      const store = await create();
      const marker = await markerFile();
      const children = Array.from(
        { length: SIZES.locking },
        () => new Child(script, 'exclude', store.place, 'lock', marker, `${SIZES.locks}`),
      );
      const threads = Array.from({ length: 2 }, () =>
        worker('exclude', store.place, 'lock', marker, `${SIZES.locks}`),
      );
      await Promise.all([...children.map((child) => child.done()), ...threads.map((thread) => thread.ended)]);
    });

    test('take turns: none keeps a lock from the others by asking often', async () => {
      const store = await create();
      const marker = await markerFile();
      const storage = store.open();
      const holder = new Child(script, 'exclude', store.place, 'lock', marker, '1000000');
      await expect.poll(() => storage.lock('lock', async () => 'reached')).toBe('reached');
      for (let i = 0; i < 10; i++) await storage.lock('lock', async () => i);
      await holder.kill();
    });

    test('tell each other of changes within a second', async () => {
      const store = await create();
      const storage = store.open();
      const watchers = Array.from({ length: 3 }, () => new Child(script, 'watch', store.place));
      for (const watcher of watchers) expect(await watcher.receive()).toBe('watching');
      for (const key of ['a', 'b']) {
        await storage.set(key, new Uint8Array(1));
        const second = sleep(1000, 'nothing within a second');
        for (const watcher of watchers) {
          expect(await Promise.race([watcher.receive(), second])).toEqual([key]);
        }
      }
      await storage.update('a', () => undefined);
      for (const watcher of watchers) expect(await watcher.receive()).toEqual(['a']);
    });

    test('end by themselves, without close', async () => {
      const store = await create();
      await new Child(script, 'idle', store.place).done();
      await worker('idle', store.place).ended;
      expect(await keysOf(store.open())).toEqual(['key']);
    });
  });

  describe('a holder of a lock', () => {
    test('that is killed frees it', async () => {
      const store = await create();
      const marker = await markerFile();
      const storage = store.open();
      const holder = new Child(script, 'hold', store.place, 'lock');
      expect(await holder.receive()).toBe('asking');
      expect(await holder.receive()).toBe('held');
      const waiter = new Child(script, 'exclude', store.place, 'lock', marker, '1');
      const waiting = storage.lock('lock', async () => 'free');
      await holder.kill();
      expect(await waiting).toBe('free');
      await waiter.done();
    });

    test('that is killed while it waits keeps nobody from it', async () => {
      const store = await create();
      const storage = store.open();
      await storage.lock('lock', async () => {
        const child = new Child(script, 'hold', store.place, 'lock');
        const before = await store.footprint();
        expect(await child.receive()).toBe('asking');
        // All that it writes is its ticket.
        await expect.poll(() => store.footprint()).not.toBe(before);
        await child.kill();
        expect(child.pending).toBe(0);
      });
      expect(await storage.lock('lock', async () => 'free')).toBe('free');
    });

    test('that is frozen loses it and is told when it wakes up; so does a thread that was ended', async () => {
      const store = await create();
      const storage = store.open();
      const frozen = new Child(script, 'hold', store.place, 'frozen');
      const thread = worker('hold', store.place, 'ended');
      const threadHolds = thread.message('held');
      const asks = new Child(script, 'freeze', store.place, 'asked for');
      const writes = new Child(script, 'freezeAndWrite', store.place, 'written in', 'key');
      expect(await frozen.receive()).toBe('asking');
      expect(await frozen.receive()).toBe('held');
      expect(await asks.receive()).toBe(true);
      expect(await asks.receive()).toBe('frozen');
      expect(await writes.receive()).toBe('frozen');
      await threadHolds;
      frozen.signal('SIGSTOP');
      await thread.terminate();
      const tenSeconds = sleep(10_000, 'nothing within 10 s');
      const names = ['frozen', 'ended', 'asked for', 'written in'];
      const free = Promise.all(names.map((name) => storage.lock(name, async () => name)));
      expect(await Promise.race([free, tenSeconds])).toEqual(names);
      const lost = (name: string) => ({
        code: 'OPERATION_CANCELED',
        message: expect.stringMatching(`^Lock "${name}" was lost`) as string,
      });
      expect(frozen.pending).toBe(0);
      frozen.signal('SIGCONT');
      expect(await frozen.receive()).toEqual(lost('frozen'));
      // A caller needn't wait for a timer to find out.
      expect(asks.pending).toBe(0);
      asks.signal('SIGCONT');
      expect(await asks.receive()).toEqual({ isHeld: false, isAborted: true, reason: lost('asked for') });
      // Nor can it do harm before it finds out.
      await storage.set('key', new Uint8Array(1));
      expect(writes.pending).toBe(0);
      writes.signal('SIGCONT');
      for (let i = 0; i < 3; i++) expect(await writes.receive()).toEqual(lost('written in'));
      expect(await storage.get('key')).toEqual(new Uint8Array(1));
    });
  });

  describe('kill -9 in the middle of writing', () => {
    test('leaves every confirmed value, and a store that works', async () => {
      const store = await create();
      const confirmed = new Map<string, number>();
      for (let round = 0; round < SIZES.killings; round++) {
        await Promise.all(
          ['a', 'b', 'c'].slice(0, SIZES.killed).map(async (name) => {
            const id = `${round}${name}`;
            const child = new Child(script, 'write', store.place, id);
            const last = 3 + Math.floor(Math.random() * 40);
            for (let n = 0; n <= last; n++) {
              expect(await child.receive()).toBe(n);
              confirmed.set(`${id}/${n}`, n);
            }
            await child.kill();
          }),
        );
      }
      const storage = store.open();
      for (const [key, n] of confirmed) {
        const value = await storage.get(key);
        if (value === undefined || Buffer.compare(value, numberedValue(n)) !== 0)
          throw new Error(`${key} is lost`);
      }
      await storage.set('after', new Uint8Array(1));
      expect((await keysOf(storage)).length).toBeGreaterThan(confirmed.size);
    });
  });
}
