/**
 * The contract of update.
 *
 * @module
 */

import { assertSame, bytes, keysOf, number, numbered, turn, type Checks } from './support.ts';

/** Registers the tests of updates. */
export function checkUpdates({ check, checkBoth }: Checks): void {
  check('updates: makes, changes, removes', async (storage) => {
    const seen: unknown[] = [];
    const step = (next: Uint8Array | undefined): Promise<unknown> =>
      storage.update('key', (current) => {
        seen.push(current === undefined ? 'none' : number(current));
        return next;
      });
    assertSame(await step(undefined), undefined, 'nothing to nothing');
    assertSame(await step(numbered(1)), numbered(1), 'made');
    assertSame(await storage.update('key', async (current) => current), numbered(1), 'left as it is');
    assertSame(await step(numbered(2)), numbered(2), 'changed');
    assertSame(await step(undefined), undefined, 'removed');
    assertSame(seen, ['none', 'none', 1, 2], 'values that change was given');
    assertSame(await keysOf(storage, ''), [], 'keys afterwards');
  });

  check('an update that fails writes nothing', async (storage) => {
    await storage.set('key', bytes(1));
    const changes: (() => Promise<Uint8Array>)[] = [
      async () => Promise.reject(new Error('mine')),
      () => {
        throw new Error('mine');
      },
    ];
    for (const change of changes) {
      const outcome: unknown = await storage.update('key', change).catch((error: unknown) => error);
      assertSame((outcome as Error).message, 'mine', 'error');
    }
    assertSame(await storage.get('key'), bytes(1), 'value');
    assertSame(await storage.update('key', () => bytes(2)), bytes(2), 'the next update');
  });

  checkBoth('loses no update', async (storage, other) => {
    const increment = async (current: Uint8Array | undefined): Promise<Uint8Array> => {
      await turn();
      return numbered(number(current) + 1);
    };
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? storage : other).update('counter', increment)),
    );
    assertSame(number(await storage.get('counter')), 60, 'counter');
  });

  checkBoth('an update overtaken by somebody runs again', async (storage, other) => {
    const seen: number[] = [];
    const result = await storage.update('key', async (current) => {
      seen.push(number(current));
      if (seen.length === 1) await other.set('key', numbered(10));
      return numbered(number(current) + 1);
    });
    assertSame(seen, [0, 10], 'values that change was given');
    assertSame(number(result), 11, 'result');
    assertSame(number(await other.get('key')), 11, 'value');
  });
}
