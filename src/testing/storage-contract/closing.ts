/**
 * The contract of close, and of what survives it.
 *
 * @module
 */

import {
  assert,
  assertRejects,
  assertSame,
  bytes,
  collect,
  gate,
  keysOf,
  show,
  within,
  type Checks,
} from './support.ts';

/** Registers the tests of closing. */
export function checkClosing({ check, checkTwo }: Checks): void {
  checkTwo('what one has stored, the next one finds', async (storage, other) => {
    await storage.set('key', bytes(1, 2, 3));
    await storage.close();
    assertSame(await other.get('key'), bytes(1, 2, 3), 'value');
    await other.set('key', bytes(4));
    assertSame(await other.lock('lock', async () => 'free'), 'free', 'lock');
  });

  check('close: calling it again has no effect, any other call fails clearly', async (storage) => {
    await storage.set('key', bytes(1));
    const listing = storage.list('')[Symbol.asyncIterator]();
    await storage.close();
    await storage.close();
    const closed = 'INVALID_NATIVE_OBJECT';
    await assertRejects(() => storage.get('key'), closed, 'get');
    await assertRejects(() => storage.set('key', bytes(1)), closed, 'set');
    await assertRejects(() => storage.delete('key'), closed, 'delete');
    await assertRejects(() => storage.update('key', () => bytes(1)), closed, 'update');
    await assertRejects(() => storage.lock('lock', async () => 1), closed, 'lock');
    await assertRejects(() => keysOf(storage, ''), closed, 'list');
    await assertRejects(() => listing.next(), closed, 'list begun before');
    await assertRejects(async () => storage.subscribe(() => undefined), closed, 'subscribe');
    const forget = storage.forget?.bind(storage);
    if (forget !== undefined) await assertRejects(() => forget(), closed, 'forget');
  });

  check('close: fine before any use, and at once after a call', async (storage) => {
    const setting = storage.set('key', bytes(1)).catch((error: unknown) => (error as { code: string }).code);
    await storage.close();
    const outcome = await setting;
    assert(outcome === undefined || outcome === 'INVALID_NATIVE_OBJECT', `set: got ${show(outcome)}`);
  });

  checkTwo('close: leaves others alone, and frees the lock it holds', async (storage, other) => {
    const notices = collect(other);
    await other.get('anything');
    const entered = gate();
    const aborted = gate();
    const holding = storage.lock('lock', async (lock) => {
      const { signal } = lock;
      signal.addEventListener('abort', () => aborted.open());
      entered.open();
      await aborted.opened;
      assertSame((await lock.isHeld?.()) ?? false, false, 'held after close');
      return (signal.reason as { code?: string }).code;
    });
    await entered.opened;
    // If this test fails before they are awaited, their rejections would be unhandled.
    holding.catch(() => undefined);
    const waiting = storage.lock('lock', async () => 'entered').catch((error: unknown) => error);
    const following = other.lock('lock', async () => 'free');
    following.catch(() => undefined);
    await storage.set('key', bytes(1));
    await notices.notice('key');
    await storage.close();
    assertSame(
      ((await waiting) as { code?: string }).code,
      'INVALID_NATIVE_OBJECT',
      'code for one who waited',
    );
    assertSame(await holding, 'INVALID_NATIVE_OBJECT', 'reason of the signal');
    assertSame(await within(5000, following, 'lock'), 'free', 'lock of another object');
    assertSame(await other.get('key'), bytes(1), 'value');
  });
}
