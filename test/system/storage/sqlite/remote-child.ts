/** Storages in another thread or process, used from outside: see remote.ts. */
import { parentPort } from 'node:worker_threads';
import type { PowerAuthStorage, PowerAuthStorageLock } from '../../../../src/index.ts';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';
import { Wire } from './remote-wire.ts';

const storages = new Map<number, PowerAuthStorage>();
const lists = new Map<number, AsyncIterator<string>>();
const locks = new Map<number, PowerAuthStorageLock>();

function storageOf(id: number): PowerAuthStorage {
  const storage = storages.get(id);
  if (storage === undefined) throw new Error('no such storage');
  return storage;
}

const calls = {
  identity: async () => ({ pid: process.pid, uid: process.getuid?.() }),
  open: async (id: number, path: string) => void storages.set(id, sqliteStorage({ path })),
  get: (id: number, key: string) => storageOf(id).get(key),
  set: (id: number, key: string, value: Uint8Array) => storageOf(id).set(key, value),
  delete: (id: number, key: string) => storageOf(id).delete(key),
  update: (id: number, key: string, change: number) =>
    storageOf(id).update(key, (current) => wire.call('change', change, current) as Promise<Uint8Array>),
  lock: (id: number, name: string, section: number) =>
    storageOf(id).lock(name, async (lock) => {
      locks.set(section, lock);
      lock.signal.addEventListener('abort', () => {
        const { code, message } = lock.signal.reason as Error & { code?: unknown };
        void wire.call('abort', section, { code, message });
      });
      await wire.call('section', section);
    }),
  isHeld: async (section: number) => locks.get(section)?.isHeld?.(),
  list: async (id: number, list: number, prefix: string) => {
    lists.set(list, storageOf(id).list(prefix)[Symbol.asyncIterator]());
  },
  next: async (list: number) => lists.get(list)?.next(),
  subscribe: async (id: number) => {
    storageOf(id).subscribe((change) => void wire.call('notice', id, change));
  },
  forget: async (id: number) => storageOf(id).forget?.(),
  close: (id: number) => storageOf(id).close(),
};

const port = parentPort;
const wire = new Wire(
  (message) => {
    if (port === null) process.send?.(message);
    else port.postMessage(message);
  },
  (receive) => void (port ?? process).on('message', receive),
  async (name, args) => {
    const all: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = calls;
    return all[name]?.(...args);
  },
);
