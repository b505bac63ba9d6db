import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../src/storage/types.ts';

/** A new folder, removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of a test's own. */
export interface SharedStore {
  /** What a child is told to find it. */
  readonly place: string;
  /** A storage on it, closed after the test. */
  readonly open: () => PowerAuthStorage;
  /** Something that is another one after each write. */
  readonly footprint: () => Promise<unknown>;
}

/** The keys with `prefix`, sorted. */
export async function keysOf(storage: PowerAuthStorage, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(prefix)) keys.push(key);
  return keys.sort();
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}

/** A storage like `base`, some of whose methods are others: for what a medium does when it fails or is slow. */
export function storageLike(base: PowerAuthStorage, changed: Partial<PowerAuthStorage>): PowerAuthStorage {
  return {
    name: base.name,
    get: (key) => base.get(key),
    set: (key, value) => base.set(key, value),
    delete: (key) => base.delete(key),
    list: (prefix) => base.list(prefix),
    update: (key, change) => base.update(key, change),
    lock: (name, section) => base.lock(name, section),
    subscribe: (listener) => base.subscribe(listener),
    ...(base.forget && { forget: () => base.forget?.() ?? Promise.resolve() }),
    close: () => base.close(),
    ...changed,
  };
}

/** What a storage is told from now on. */
export function changesOf(storage: PowerAuthStorage): PowerAuthStorageChange[] {
  const changes: PowerAuthStorageChange[] = [];
  storage.subscribe((change) => changes.push(change));
  return changes;
}
