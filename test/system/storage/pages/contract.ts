/**
 * The contract on IndexedDB, in whatever the browser loads this in: a window, a dedicated, shared or service worker.
 *
 * @module
 */

import { localforageStorage } from '../../../../src/storage/localforage.ts';
import { sealedStorage } from '../../../../src/storage/sealed.ts';
import { testStorageContract, type StorageSubject } from '../../../../src/testing/storage-contract/index.ts';
import { serveCalls } from './calls.ts';

let databases = 0;

const localforage: StorageSubject = {
  name: 'localforage',
  create: async () => {
    const name = `contract-${++databases} é😀`;
    return {
      storage: localforageStorage({ name }),
      second: async () => localforageStorage({ name }),
      cleanup: () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error ?? new Error('not deleted'));
        }),
    };
  },
};

const sealed: StorageSubject = {
  name: 'sealed(localforage)',
  create: async () => {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const store = await localforage.create();
    return {
      ...store,
      storage: sealedStorage(store.storage, key),
      second: async () => sealedStorage((await store.second?.()) ?? store.storage, key),
    };
  },
};

/** Runs all tests, and answers how each one ended. */
async function runContract(): Promise<{ title: string; error?: string }[]> {
  const tests: { title: string; run: () => Promise<void> }[] = [];
  for (const subject of [localforage, sealed]) {
    testStorageContract((title, run) => tests.push({ title, run }), subject);
  }
  const results: { title: string; error?: string }[] = [];
  for (const { title, run } of tests) {
    try {
      await run();
      results.push({ title });
    } catch (error) {
      results.push({
        title,
        error: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error),
      });
    }
  }
  return results;
}

serveCalls({ runContract });
