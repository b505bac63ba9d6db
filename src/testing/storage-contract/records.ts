/**
 * The contract of get, set, delete and list.
 *
 * @module
 */

import { assert, assertRejects, assertSame, bytes, keysOf, show, within, type Checks } from './support.ts';

/** How long a storage may take to forget if nobody else has it open, in ms. */
const FORGET_MS = 5000;

/** Keys that an implementation is likely to merge, truncate or fail on. */
const ODD_KEYS = [
  'a', 'A', 'ab', 'a/b', 'a\\b', ' ', '  ', 'a ', '.', '..', '%61', '__proto__', 'constructor', 'length', '0', '-1',
  '\0', '\0\0', 'a\0', '\0a', '\u0001', '\t\n', '"', "'", '*', 'a*', '{a}', 'é', 'e\u0301', '\u00ff', '\u0100',
  '\u2028', '\ufeff', '\ufffd', '\uffff', '😀', '\ud83d', '\ude00', '\ude00\ud83d', '\ud83d\ud83d\ude00', '\ud800',
  '\udbff', '\udc00', '\udfff', 'x'.repeat(511), 'x'.repeat(512), '😀'.repeat(256), '\uffff'.repeat(512), '\ud800'.repeat(512),
]; // prettier-ignore

const WRONG_KEYS: readonly unknown[] = ['', 'x'.repeat(513), undefined, null, 0, {}, ['a'], Symbol('a')];
const WRONG_VALUES: readonly unknown[] = [undefined, null, 'text', 7, [1, 2], new ArrayBuffer(4), {}];

/** Registers the tests of records. */
export function checkRecords({ check, checkBoth }: Checks): void {
  checkBoth('stores, overwrites and removes', async (storage, other) => {
    assertSame(await storage.get('key'), undefined, 'before');
    await storage.set('key', bytes(1, 2, 3));
    assertSame(await other.get('key'), bytes(1, 2, 3), 'after set');
    await other.set('key', bytes(4));
    assertSame(await storage.get('key'), bytes(4), 'after overwriting');
    await storage.delete('key');
    assertSame(await other.get('key'), undefined, 'after delete');
    await storage.delete('key');
    await storage.delete('never there');
  });

  check('takes values of every length and content', async (storage) => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const large = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 31) % 251);
    for (const [key, value] of Object.entries({ empty: bytes(), zero: bytes(0), all, large })) {
      await storage.set(key, value);
      const stored = await storage.get(key);
      assert(stored !== undefined, `${key}: nothing stored`);
      assertSame(stored.length, value.length, `${key}: length`);
      const same = value.every((byte, i) => stored[i] === byte);
      assert(same, `${key}: another content`);
      assert(stored.constructor === Uint8Array, `${key}: expected a plain Uint8Array`);
    }
  });

  check('copies on the way in and out', async (storage) => {
    const whole = bytes(9, 9, 1, 2, 3, 9);
    const value = whole.subarray(2, 5);
    const setting = storage.set('key', value);
    value.fill(0);
    await setting;
    const first = await storage.get('key');
    assertSame(first, bytes(1, 2, 3), 'value as it was when set was called');
    assertSame(first?.buffer.byteLength, 3, 'length of the buffer behind the value');
    first?.fill(0);
    assertSame(await storage.get('key'), bytes(1, 2, 3), 'after the value read was changed');
    const answer = bytes(7);
    const updated = await storage.update('key', (current) => {
      current?.fill(0);
      return answer;
    });
    answer.fill(0);
    updated?.fill(0);
    assertSame(await storage.get('key'), bytes(7), 'after all arrays of an update were changed');
  });

  check('keeps all keys apart', async (storage) => {
    await Promise.all(ODD_KEYS.map((key, i) => storage.set(key, bytes(i))));
    for (const [i, key] of ODD_KEYS.entries())
      assertSame(await storage.get(key), bytes(i), `value of ${show(key)}`);
    assertSame(await keysOf(storage, ''), [...ODD_KEYS].sort(), 'all keys');
    for (const prefix of ODD_KEYS) {
      const expected = ODD_KEYS.filter((key) => key.startsWith(prefix)).sort();
      assertSame(await keysOf(storage, prefix), expected, `keys with prefix ${show(prefix)}`);
    }
    await Promise.all(ODD_KEYS.filter((_, i) => i % 2 === 0).map((key) => storage.delete(key)));
    assertSame(
      await keysOf(storage, ''),
      ODD_KEYS.filter((_, i) => i % 2 === 1).sort(),
      'keys that are left',
    );
  });

  check('refuses invalid keys and values', async (storage) => {
    for (const wrong of WRONG_KEYS as string[]) {
      const what = typeof wrong === 'string' ? `key of ${wrong.length} characters` : `key ${String(wrong)}`;
      await assertRejects(() => storage.get(wrong), 'WRONG_PARAMETER', `get, ${what}`);
      await assertRejects(() => storage.set(wrong, bytes(1)), 'WRONG_PARAMETER', `set, ${what}`);
      await assertRejects(() => storage.delete(wrong), 'WRONG_PARAMETER', `delete, ${what}`);
      await assertRejects(() => storage.update(wrong, () => bytes(1)), 'WRONG_PARAMETER', `update, ${what}`);
      await assertRejects(() => storage.lock(wrong, async () => 1), 'WRONG_PARAMETER', `lock, ${what}`);
      if ((wrong as unknown) !== '')
        await assertRejects(() => keysOf(storage, wrong), 'WRONG_PARAMETER', `list, ${what}`);
    }
    for (const wrong of WRONG_VALUES as Uint8Array[]) {
      await assertRejects(() => storage.set('key', wrong), 'WRONG_PARAMETER', `set, value ${show(wrong)}`);
      if ((wrong as unknown) !== undefined) {
        await assertRejects(
          () => storage.update('key', () => wrong),
          'WRONG_PARAMETER',
          `update, value ${show(wrong)}`,
        );
      }
    }
    assertSame(await keysOf(storage, ''), [], 'keys afterwards');
  });

  check('lists many keys, each once, and survives changes in the meantime', async (storage) => {
    const keys = Array.from({ length: 1000 }, (_, i) => `list/${i}`);
    await Promise.all([...keys, 'lis', 'list', 'listing', 'mist/1'].map((key) => storage.set(key, bytes(1))));
    assertSame(await keysOf(storage, 'list/'), [...keys].sort(), 'keys');
    const stay = keys.filter((_, i) => i % 2 === 0);
    const seen: string[] = [];
    for await (const key of storage.list('list/')) {
      seen.push(key);
      if (seen.length === 1) {
        await Promise.all(keys.filter((_, i) => i % 2 === 1).map((gone) => storage.delete(gone)));
        await storage.set('list/new', bytes(1));
      }
    }
    assertSame(new Set(seen).size, seen.length, 'number of different keys');
    assert(
      stay.every((key) => seen.includes(key)),
      'a key that was there all the time is missing',
    );
    for await (const key of storage.list('list/')) {
      assert(key.startsWith('list/'), `${key} has another prefix`);
      break;
    }
    assertSame(await keysOf(storage, 'none/'), [], 'keys of an unused prefix');
  });

  check('forgets no record that is there, however many ask for it, and resolves soon', async (storage) => {
    const forget = storage.forget?.bind(storage);
    if (forget === undefined) return;
    await forget();
    await Promise.all(Array.from({ length: 20 }, (_, i) => storage.set(`key ${i}`, bytes(i))));
    const changes = Array.from({ length: 20 }, async (_, i) => {
      if (i % 2 === 0) await storage.delete(`key ${i}`);
      else await storage.update(`key ${i}`, () => bytes(i, i));
      await forget();
    });
    await within(FORGET_MS, Promise.all(changes), 'forget');
    for (let i = 0; i < 20; i++) {
      assertSame(await storage.get(`key ${i}`), i % 2 === 0 ? undefined : bytes(i, i), `value of key ${i}`);
    }
  });
}
