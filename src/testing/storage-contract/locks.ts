/**
 * The contract of lock.
 *
 * @module
 */

import { assert, assertSame, bytes, keysOf, number, numbered, turn, type Checks } from './support.ts';

/** Registers the tests of locks. */
export function checkLocks({ check, checkBoth }: Checks): void {
  checkBoth('locks: one at a time', async (storage, other) => {
    let inside = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? storage : other).lock('lock', async ({ signal }) => {
          assert(!signal.aborted, 'lock was lost');
          most = Math.max(most, ++inside);
          await turn();
          inside--;
          return i;
        }),
      ),
    );
    assertSame(most, 1, 'sections at once');
    assertSame(results, Array.from({ length: 20 }, (_, i) => i), 'results'); // prettier-ignore
  });

  checkBoth(
    'locks: a section is told that it holds its lock, and that it has ended',
    async (storage, other) => {
      const left = await storage.lock('lock', async (lock) => {
        assertSame((await lock.isHeld?.()) ?? true, true, 'held');
        await other.lock('another', async () => undefined);
        assertSame((await lock.isHeld?.()) ?? true, true, 'held after another');
        return lock;
      });
      assertSame((await left.isHeld?.()) ?? false, false, 'held after the end');
      assert(!left.signal.aborted, 'a section that has ended lost its lock');
    },
  );

  check('locks: in the order of the calls', async (storage) => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        storage.lock('lock', async () => {
          order.push(i);
          await turn();
        }),
      ),
    );
    assertSame(order, Array.from({ length: 20 }, (_, i) => i), 'order'); // prettier-ignore
  });

  checkBoth('locks: freed by a section that fails', async (storage, other) => {
    const failing: (() => Promise<void>)[] = [
      async () => Promise.reject(new Error('mine')),
      () => {
        throw new Error('mine');
      },
    ];
    for (const section of failing) {
      const outcome: unknown = await storage.lock('lock', section).catch((error: unknown) => error);
      assertSame((outcome as Error).message, 'mine', 'error');
    }
    assertSame(await other.lock('lock', async () => 'free'), 'free', 'the next section');
  });

  checkBoth('locks: names are apart from each other and from keys', async (storage, other) => {
    await storage.set('name', bytes(1));
    await storage.lock('name', async () => {
      assertSame(await other.get('name'), bytes(1), 'key of the name of a held lock');
      await other.set('name', bytes(2));
      for (const name of ['Name', 'name ', 'nam', 'name2', '\ud83d', '\ude00', '\ufffd']) {
        assertSame(await other.lock(name, async () => name), name, 'lock of another name');
      }
      assertSame(await keysOf(other, ''), ['name'], 'keys while locks are held');
    });
    assertSame(await storage.get('name'), bytes(2), 'value');
  });

  checkBoth('works on its own records inside a lock', async (storage, other) => {
    await Promise.all(
      [storage, other, storage, other].map((each) =>
        each.lock('lock', async () => {
          const value = number(await each.get('counter'));
          await turn();
          await each.set('counter', numbered(value + 1));
        }),
      ),
    );
    assertSame(number(await storage.get('counter')), 4, 'counter');
  });
}
