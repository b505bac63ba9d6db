/**
 * The contract of subscribe.
 *
 * @module
 */

import { assertSame, bytes, collect, type Checks } from './support.ts';

/** Registers the tests of notices. */
export function checkNotices({ checkTwo }: Checks): void {
  checkTwo('tells others of changes within a second', async (storage, other) => {
    const notices = collect(other);
    await other.get('anything');
    await storage.set('set', bytes(1));
    await notices.notice('set');
    await storage.update('updated', () => bytes(1));
    await notices.notice('updated');
    await other.set('foreign', bytes(1));
    notices.seen.length = 0;
    await storage.delete('set');
    await notices.notice('set');
    for (const key of ['\ud83d', '\ufffd', 'x'.repeat(512), '\0']) {
      await storage.set(key, bytes(1));
      await notices.notice(key);
    }
  });

  checkTwo(
    'does not tell of its own changes, nor after the end of a subscription',
    async (storage, other) => {
      const own = collect(storage);
      const ended = collect(storage);
      const twice: string[] = [];
      const listener = (): void => void twice.push('told');
      storage.subscribe(listener);
      const endSecond = storage.subscribe(listener);
      await storage.get('anything');
      ended.end();
      endSecond();
      endSecond();
      await storage.set('own', bytes(1));
      await storage.lock('lock', async () => storage.update('own', () => bytes(2)));
      await other.set('foreign', bytes(1));
      await own.notice('foreign');
      assertSame(own.seen.filter((change) => change !== 'all').flat(), ['foreign'], 'notices');
      assertSame(ended.seen, [], 'notices after the end');
      assertSame(twice.length, own.seen.length, 'notices of one of two subscriptions with one function');
    },
  );

  checkTwo('tells of everything when many changes come at once', async (storage, other) => {
    const notices = collect(other);
    await other.get('anything');
    const keys = Array.from({ length: 1500 }, (_, i) => `many/${i}`);
    await Promise.all(keys.map((key) => storage.set(key, bytes(1))));
    for (const key of keys) await notices.notice(key);
  });
}
