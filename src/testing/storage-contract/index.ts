/**
 * The contract of a {@link PowerAuthStorage} as a suite, for any driver and any test runner: each promise of the interface
 * is a test. Needs no assertion library, and runs in browsers as well.
 *
 * @module powerauth-wasm/testing/storage-contract
 */

import type { PowerAuthStorage } from '../../storage/types.ts';
import { checkClosing } from './closing.ts';
import { checkLocks } from './locks.ts';
import { checkNotices } from './notices.ts';
import { checkRecords } from './records.ts';
import { assert, type Check, type CheckTwo } from './support.ts';
import { checkUpdates } from './updates.ts';

/**
 * Registers one test, like the `test` of node:test, vitest, jest and others, or the `it` of mocha.
 *
 * @example
 * ```ts
 * const register: RegisterTest = (title, run) => run().then(() => console.log(`ok ${title}`));
 * ```
 */
export type RegisterTest = (title: string, run: () => Promise<void>) => unknown;

/**
 * A driver under test.
 *
 * @example
 * ```ts
 * const subject: StorageSubject = { name: 'memory', create: async () => ({ storage: memoryStorage() }) };
 * ```
 */
export interface StorageSubject {
  /** For the titles. */
  readonly name: string;
  /** Creates an empty store. */
  create(): Promise<StorageUnderTest>;
}

/**
 * One empty store.
 *
 * @example
 * ```ts
 * const space = new MemorySpace();
 * const store: StorageUnderTest = { storage: memoryStorage(space), second: async () => memoryStorage(space) };
 * ```
 */
export interface StorageUnderTest {
  /** The driver on this store. */
  readonly storage: PowerAuthStorage;
  /**
   * Another object on the same store, like that of another tab or process. Without it, tests that need two are left
   * out.
   */
  second?(): Promise<PowerAuthStorage>;
  /** Called after the test, with all storages closed. */
  cleanup?(): Promise<void>;
}

/**
 * Registers the tests of the contract, more than twenty; each uses its own store, and takes a second or two at most. A
 * test that fails rejects with an Error that says what was expected and what was received.
 *
 * The author must test what no suite in one process can show: that a lock is freed when its process dies, that updates
 * are atomic across processes, that values survive a crash. See docs/storage.md.
 *
 * @param test the runner's function; called once for each test, with a title and an async function
 * @param subject creates a new, empty store for each test
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { testStorageContract } from 'powerauth-wasm/testing/storage-contract';
 *
 * testStorageContract(test, {
 *   name: 'mine',
 *   create: async () => {
 *     const place = await newPlace();
 *     return { storage: myStorage(place), second: async () => myStorage(place), cleanup: () => place.remove() };
 *   },
 * });
 * ```
 */
export function testStorageContract(test: RegisterTest, subject: StorageSubject): void {
  const check: Check = (title, run) => {
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
  const checkBoth: CheckTwo = (title, run) =>
    check(title, async (storage, second) => run(storage, (await second?.()) ?? storage));
  const checkTwo: CheckTwo = (title, run) =>
    check(title, async (storage, second) => {
      if (second !== undefined) await run(storage, await second());
    });

  check('has a name', async ({ name }) => assert(typeof name === 'string' && name !== '', 'name is empty'));
  for (const register of [checkRecords, checkUpdates, checkLocks, checkNotices, checkClosing]) {
    register({ check, checkBoth, checkTwo });
  }
}
