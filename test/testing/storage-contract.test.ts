import { describe, expect, test } from 'vitest';
import { PowerAuthError, type PowerAuthStorage } from '../../src/index.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import { testStorageContract } from '../../src/testing/storage-contract/index.ts';
import { storageLike } from '../helpers/storage.ts';

/** What is wrong with a driver, and the test that must tell. */
type Fault = readonly [
  what: string,
  title: string,
  change: (base: PowerAuthStorage, space: MemorySpace) => Partial<PowerAuthStorage>,
];

/** The string as UTF-8 has it. */
const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));

const FAULTS: readonly Fault[] = [
  ['has no name', 'has a name', () => ({ name: '' })],
  ['removes nothing', 'stores, overwrites and removes', () => ({ delete: async () => undefined })],
  [
    'cuts values short',
    'takes values of every length and content',
    (base) => ({ set: (key, value) => base.set(key, value.subarray(0, 1000)) }),
  ],
  [
    'copies too late',
    'copies on the way in and out',
    (base) => ({ set: async (key, value) => Promise.resolve().then(() => base.set(key, value)) }),
  ],
  [
    'gives Buffers',
    'takes values of every length and content',
    (base) => ({
      get: async (key) => {
        const value = await base.get(key);
        return value && Buffer.from(value);
      },
    }),
  ],
  [
    'folds lone surrogates',
    'keeps all keys apart',
    (base) => ({
      set: (key, value) => base.set(wellFormed(key), value),
      get: (key) => base.get(wellFormed(key)),
    }),
  ],
  ['takes any key', 'refuses invalid keys and values', () => ({ delete: async () => undefined })],
  [
    'takes a prefix for a pattern',
    'keeps all keys apart',
    (base) => ({
      async *list(prefix) {
        for await (const key of base.list('')) if (key.includes(prefix)) yield key;
      },
    }),
  ],
  [
    'lists keys twice',
    'lists many keys, each once, and survives changes in the meantime',
    (base) => ({
      async *list(prefix) {
        yield* base.list(prefix);
        yield* base.list(prefix);
      },
    }),
  ],
  [
    'reads and writes in two steps',
    'loses no update',
    (base) => ({
      update: async (key, change) => {
        const next = await change(await base.get(key));
        if (next === undefined) await base.delete(key);
        else await base.set(key, next);
        return next && Uint8Array.from(next);
      },
    }),
  ],
  [
    'swallows the error of an update',
    'an update that fails writes nothing',
    (base) => ({ update: (key, change) => base.update(key, change).catch(() => undefined) }),
  ],
  ['lets everybody in', 'locks: one at a time', () => ({ lock: (_name, section) => section(unlocked) })],
  [
    'keeps a lock after a failure',
    'locks: freed by a section that fails',
    (base) => ({
      lock: (name, section) =>
        base.lock(name, async (lock) => {
          try {
            return await section(lock);
          } catch (error) {
            void base.lock(name, () => new Promise(() => undefined)).catch(() => undefined);
            throw error;
          }
        }),
    }),
  ],
  [
    'has one lock for all names',
    'locks: names are apart from each other and from keys',
    (base) => ({
      lock: (_name, section) =>
        Promise.race([
          base.lock('all', section),
          new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('stuck')), 200)),
        ]),
    }),
  ],
  ['tells nothing', 'tells others of changes within a second', () => ({ subscribe: () => () => undefined })],
  [
    'tells of its own changes',
    'does not tell of its own changes, nor after the end of a subscription',
    (base, space) => ({
      subscribe: (listener) => {
        const ends = [base, memoryStorage(space)].map((storage) => storage.subscribe(listener));
        return () => ends.forEach((end) => end());
      },
    }),
  ],
  [
    'forgets what is stored',
    'forgets no record that is there, however many ask for it, and resolves soon',
    (base) => ({
      forget: async () => {
        for await (const key of base.list('')) await base.delete(key);
      },
    }),
  ],
  [
    'brings back what was removed',
    'forgets no record that is there, however many ask for it, and resolves soon',
    (base) => ({ forget: () => base.set('key 0', new Uint8Array(1)) }),
  ],
  [
    'is asked to forget by one at a time',
    'forgets no record that is there, however many ask for it, and resolves soon',
    () => {
      let isBusy = false;
      return {
        forget: async () => {
          if (isBusy) throw new PowerAuthError(undefined, 'busy');
          isBusy = true;
          await new Promise((resolve) => setTimeout(resolve, 1));
          isBusy = false;
        },
      };
    },
  ],
  [
    'forgets after close',
    'close: calling it again has no effect, any other call fails clearly',
    () => ({ forget: async () => undefined }),
  ],
  [
    'works after close',
    'close: calling it again has no effect, any other call fails clearly',
    () => ({ close: async () => undefined }),
  ],
  [
    'fails when it is closed twice',
    'close: calling it again has no effect, any other call fails clearly',
    (base) => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new PowerAuthError(undefined, 'closed');
          closed = true;
          await base.close();
        },
      };
    },
  ],
];

const unlocked = { signal: new AbortController().signal };

/** Runs the tests of the contract, or the one of this title, and returns the titles of those that failed. */
async function failuresOf(
  change: Fault[2],
  second: boolean,
  only?: string,
): Promise<{ failed: string[]; count: number }> {
  const tests: { title: string; run: () => Promise<void> }[] = [];
  testStorageContract((title, run) => tests.push({ title, run }), {
    name: 'it',
    create: async () => {
      const space = new MemorySpace();
      const make = (): PowerAuthStorage => {
        const base = memoryStorage(space);
        return storageLike(base, change(base, space));
      };
      return { storage: make(), ...(second ? { second: async () => make() } : {}) };
    },
  });
  const failed: string[] = [];
  for (const { title, run } of tests) {
    if (only !== undefined && title !== `it: ${only}`) continue;
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 3000).unref());
    const outcome = await Promise.race([run().catch(() => 'failed'), late]);
    if (outcome !== undefined) failed.push(title.replace(/^it: /, ''));
  }
  return { failed, count: tests.length };
}

describe('the contract suite', () => {
  test.each([true, false])('finds nothing where nothing is wrong (a second object: %s)', async (second) => {
    const { failed, count } = await failuresOf(() => ({}), second);
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(20);
  });

  test.concurrent.each(FAULTS)('finds out a driver that %s', async (_what, title, change) => {
    expect((await failuresOf(change, true, title)).failed).toEqual([title]);
  });
});
