/**
 * What another process, or thread, does to a store: `node … <command> <place> <argument…>`. The place is what `storageAt`
 * takes.
 */

import { closeSync, openSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { sqliteEngine } from '../../../src/storage/sqlite/engine.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { freezeNow } from '../../helpers/freeze.ts';
import { storageAt } from '../../helpers/place.ts';
import { numberedValue } from './numbered-value.ts';

const [command = '', place = '', ...args] = process.argv.slice(2);

function tell(message: unknown): void {
  if (parentPort === null) process.send?.(message);
  else parentPort.postMessage(message);
}

function errorOf(error: unknown): { code: unknown; message: unknown } {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code, message };
}

/** Counts a record up `count` times. */
async function increment(storage: PowerAuthStorage, key = '', count = ''): Promise<void> {
  for (let i = 0; i < Number(count); i++) {
    await storage.update(key, (current) =>
      Buffer.from(String(Number(Buffer.from(current ?? []).toString()) + 1)),
    );
  }
}

/** Enters a lock again and again; a file that only one at a time can make tells whether it was alone. */
async function exclude(storage: PowerAuthStorage, name = '', marker = '', count = ''): Promise<void> {
  for (let i = 0; i < Number(count); i++) {
    await storage.lock(name, async () => {
      closeSync(openSync(marker, 'wx'));
      await new Promise((resolve) => setImmediate(resolve));
      unlinkSync(marker);
    });
  }
}

/** Holds a lock until it is lost, and tells how. */
async function hold(storage: PowerAuthStorage, name = ''): Promise<void> {
  await storage.get('anything');
  tell('asking');
  await storage.lock(name, async ({ signal }) => {
    tell('held');
    const alive = setInterval(() => undefined, 1000);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    clearInterval(alive);
    tell(errorOf(signal.reason));
  });
}

/** Stops itself inside a lock, and tells what it finds as the first thing that it does when it goes on. */
async function freeze(storage: PowerAuthStorage, name = ''): Promise<void> {
  await storage.get('anything');
  await storage.lock(name, async (lock) => {
    tell(await lock.isHeld?.());
    await freezeNow('frozen');
    const isHeld = await lock.isHeld?.();
    tell({ isHeld, isAborted: lock.signal.aborted, reason: errorOf(lock.signal.reason) });
  });
}

/** Stops itself inside a lock, and writes as the first thing that it does when it goes on. */
async function freezeAndWrite(storage: PowerAuthStorage, name = '', key = ''): Promise<void> {
  await storage.lock(name, async () => {
    await freezeNow('frozen');
    const value = Buffer.from('late');
    const writes = [storage.set(key, value), storage.update(key, () => value), storage.delete(key)];
    for (const write of writes) write.catch(() => undefined);
    for (const write of writes) tell(errorOf(await write.catch((error: unknown) => error)));
  });
}

/** Opens the store, writes, and closes it. */
async function useAndClose(storage: PowerAuthStorage): Promise<void> {
  await storage.set('child', new Uint8Array(1));
  await storage.close();
}

/** Tells of all changes. */
async function watch(storage: PowerAuthStorage): Promise<void> {
  storage.subscribe((change) => tell(change));
  await storage.get('anything');
  tell('watching');
  setInterval(() => undefined, 1000);
  await new Promise(() => undefined);
}

/** Stores one numbered value after another, and tells of each that was confirmed. */
async function write(storage: PowerAuthStorage, id = ''): Promise<void> {
  for (let n = 0; ; n++) {
    await storage.set(`${id}/${n}`, numberedValue(n));
    tell(n);
  }
}

/** Seals a record under the folder's own key. */
async function seal(storage: PowerAuthStorage, id = ''): Promise<void> {
  const key = storage.sealingKey?.bind(storage);
  if (key === undefined) throw new Error('no key');
  await sealedStorage(storage, key).set(id, Buffer.from(`secret of ${id}`));
}

/** Uses everything, and leaves without closing. */
async function idle(storage: PowerAuthStorage): Promise<void> {
  storage.subscribe(() => undefined);
  await storage.set('key', new Uint8Array(1));
  await storage.lock('lock', () => storage.get('key'));
}

/** The same, and leaves only when it is told. */
async function idleThen(storage: PowerAuthStorage): Promise<void> {
  await idle(storage);
  tell('idle');
  await new Promise((resolve) => process.once('message', resolve));
}

/** Reads a state of an SQLite store, and goes on reading it until it is told. */
async function read(storage: PowerAuthStorage, file = ''): Promise<void> {
  const { Database } = sqliteEngine();
  const database = new Database(file, { timeout: 1000 });
  database.exec('BEGIN');
  database.prepare('SELECT count(*) FROM records').get();
  tell('reading');
  await new Promise((resolve) => process.once('message', resolve));
  database.close();
  await storage.close();
}

/** Gives up root's rights, then uses the store, and tells how that failed. */
async function unprivileged(storage: PowerAuthStorage): Promise<void> {
  // Loaded while that is possible.
  sqliteEngine();
  process.setgid?.(65534);
  process.setuid?.(65534);
  tell(errorOf(await storage.set('key', new Uint8Array(1)).catch((error: unknown) => error)));
}

/** Fills the volume, then goes on writing until that fails, makes room again, and tells what happened. */
async function fill(storage: PowerAuthStorage): Promise<void> {
  const filler = join(place.replace('sqlite:', ''), '..', 'filler');
  const makeFull = (): void => {
    try {
      writeFileSync(filler, new Uint8Array(1 << 24));
    } catch {
      // That is the aim.
    }
  };
  makeFull();
  tell(errorOf(await storage.set('first', new Uint8Array(1)).catch((error: unknown) => error)));
  unlinkSync(filler);
  await storage.set('first', new Uint8Array(1));
  makeFull();
  truncateSync(filler, statSync(filler).size - 200_000);
  let stored = 0;
  let failed: unknown;
  while (failed === undefined) {
    await storage.set(`fill/${stored}`, new Uint8Array(3000).fill(stored)).then(
      () => stored++,
      (error: unknown) => (failed = error),
    );
  }
  tell(errorOf(failed));
  let intact = 0;
  for (let i = 0; i < stored; i++) {
    const value = await storage.get(`fill/${i}`);
    if (value?.length === 3000 && value.every((byte) => byte === (i & 255))) intact++;
  }
  tell({ stored, intact });
  unlinkSync(filler);
  await storage.set('again', new Uint8Array(1));
  tell(await storage.lock('lock', async () => 'works again'));
}

const commands: Record<string, (storage: PowerAuthStorage, ...args: string[]) => Promise<void>> = {
  increment,
  exclude,
  hold,
  freeze,
  freezeAndWrite,
  useAndClose,
  watch,
  write,
  seal,
  idle,
  idleThen,
  read,
  unprivileged,
  fill,
};

const run = commands[command];
if (run !== undefined) {
  const storage = storageAt(place);
  await run(storage, ...args);
  tell('done');
  // Left open on purpose: the end of a process must need no close. But the channel to the parent keeps it alive.
  if (parentPort === null && process.connected) process.disconnect();
}
