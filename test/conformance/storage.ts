/**
 * The contract of {@link PowerAuthStorage} as a suite, for any driver and any test runner.
 *
 * @example
 * ```ts
 * import { test } from 'vitest';
 *
 * testStorageContract(test, {
 *   name: 'mine',
 *   create: async () => ({ storage: myStorage() }),
 * });
 * ```
 *
 * @module
 */

import type { PowerAuthStorage, PowerAuthStorageChange } from '../../src/storage/types.ts';

/** Registers one test, as the `test` of vitest, node:test, jest and others does. */
export type RegisterTest = (title: string, run: () => Promise<void>) => unknown;

/** A driver under test. */
export interface StorageSubject {
  /** For the titles. */
  readonly name: string;
  /** Makes an empty store. */
  create(): Promise<StorageUnderTest>;
}

/** One empty store. */
export interface StorageUnderTest {
  readonly storage: PowerAuthStorage;
  /** Another object on the same store, as another tab or process has it. Without it, what only two can show is left out. */
  second?(): Promise<PowerAuthStorage>;
  /** Called after the test, with all storages closed. */
  cleanup?(): Promise<void>;
}

/** What subscribers are promised, in ms. */
const NOTICE_MS = 1000;

/** Keys that something is likely to fold together, cut short or trip over. */
const ODD_KEYS = [
  'a', 'A', 'ab', 'a/b', 'a\\b', ' ', '  ', 'a ', '.', '..', '%61', '__proto__', 'constructor', 'length', '0', '-1',
  '\0', '\0\0', 'a\0', '\0a', '\u0001', '\t\n', '"', "'", '*', 'a*', '{a}', 'é', 'e\u0301', '\u00ff', '\u0100',
  '\u2028', '\ufeff', '\ufffd', '\uffff', '😀', '\ud83d', '\ude00', '\ude00\ud83d', '\ud83d\ud83d\ude00', '\ud800',
  '\udbff', '\udc00', '\udfff', 'x'.repeat(511), 'x'.repeat(512), '😀'.repeat(256), '\uffff'.repeat(512), '\ud800'.repeat(512),
]; // prettier-ignore

const WRONG_KEYS: readonly unknown[] = ['', 'x'.repeat(513), undefined, null, 0, {}, ['a'], Symbol('a')];
const WRONG_VALUES: readonly unknown[] = [undefined, null, 'text', 7, [1, 2], new ArrayBuffer(4), {}];

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const number = (value: Uint8Array | undefined): number => (value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(0)); // prettier-ignore
const numbered = (value: number): Uint8Array => {
  const array = new Uint8Array(4);
  new DataView(array.buffer).setUint32(0, value);
  return array;
};

function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array)
    return `bytes [${value.subarray(0, 16).join(' ')}${value.length > 16 ? ' …' : ''}]`;
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function assertSame(actual: unknown, expected: unknown, what: string): void {
  const flat = (value: unknown): unknown => (value instanceof Uint8Array ? ['bytes', ...value] : value);
  const same = JSON.stringify(flat(actual)) === JSON.stringify(flat(expected));
  assert(same, `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

async function assertRejects(call: () => Promise<unknown>, code: string, what: string): Promise<void> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch {
    throw new Error(`${what}: threw instead of rejecting`);
  }
  const outcome = await promise.then(
    () => 'success',
    (error: unknown) => error,
  );
  assert(outcome instanceof Error, `${what}: expected a rejection, got ${show(outcome)}`);
  assertSame((outcome as Error & { code?: unknown }).code, code, `${what}: code of "${outcome.message}"`);
}

async function keysOf(storage: PowerAuthStorage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(prefix)) keys.push(key);
  return keys.sort();
}

/** Resolves as `promise`, or rejects after `ms`. */
async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise to be resolved from outside. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Lets everything that is ready to run, run. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Collects notices, and waits for those of a key. */
function collect(storage: PowerAuthStorage): {
  seen: PowerAuthStorageChange[];
  notice(key: string): Promise<void>;
  end(): void;
} {
  const seen: PowerAuthStorageChange[] = [];
  const checks = new Set<() => void>();
  const end = storage.subscribe((change) => {
    seen.push(change);
    for (const check of checks) check();
  });
  const notice = (key: string): Promise<void> =>
    within(
      NOTICE_MS,
      new Promise((resolve) => {
        const check = (): void => {
          if (seen.some((change) => change === 'all' || change.includes(key))) resolve();
        };
        checks.add(check);
        check();
      }),
      `notice of ${show(key)}`,
    );
  return { seen, notice, end };
}

/**
 * Registers the tests of the contract.
 *
 * @param test of the runner; called once for each test, with a title and an async function
 * @param subject makes a new, empty store for each test
 */
export function testStorageContract(test: RegisterTest, subject: StorageSubject): void {
  type Second = () => Promise<PowerAuthStorage>;
  const check = (
    title: string,
    run: (storage: PowerAuthStorage, second: Second | undefined) => Promise<void>,
  ): void => {
    test(`${subject.name}: ${title}`, async () => {
      const store = await subject.create();
      const { storage } = store;
      const opened = [storage];
      const another =
        store.second === undefined
          ? undefined
          : async (): Promise<PowerAuthStorage> => {
              const other = (await store.second?.()) ?? storage;
              opened.push(other);
              return other;
            };
      try {
        await run(storage, another);
      } finally {
        await Promise.all(opened.map((each) => each.close()));
        await store.cleanup?.();
      }
    });
  };
  /** For what two objects on one store show; one object stands for both where there can be no second. */
  const checkBoth = (
    title: string,
    run: (first: PowerAuthStorage, other: PowerAuthStorage) => Promise<void>,
  ): void => check(title, async (storage, second) => run(storage, (await second?.()) ?? storage));
  const checkTwo = (
    title: string,
    run: (first: PowerAuthStorage, other: PowerAuthStorage) => Promise<void>,
  ): void =>
    check(title, async (storage, second) => {
      if (second !== undefined) await run(storage, await second());
    });

  check('has a name', async ({ name }) => assert(typeof name === 'string' && name !== '', 'name is empty'));

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

  check('refuses what is no key or no value', async (storage) => {
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

  check('lists many keys, each once, and survives changes meanwhile', async (storage) => {
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

  checkTwo('what one has stored, the next one finds', async (storage, other) => {
    await storage.set('key', bytes(1, 2, 3));
    await storage.close();
    assertSame(await other.get('key'), bytes(1, 2, 3), 'value');
    await other.set('key', bytes(4));
    assertSame(await other.lock('lock', async () => 'free'), 'free', 'lock');
  });

  check('close: twice is fine, anything else fails clearly', async (storage) => {
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
    const holding = storage.lock('lock', async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.open());
      entered.open();
      await aborted.opened;
      return (signal.reason as { code?: string }).code;
    });
    await entered.opened;
    const waiting = storage.lock('lock', async () => 'entered').catch((error: unknown) => error);
    const following = other.lock('lock', async () => 'free');
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
