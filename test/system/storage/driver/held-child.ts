/**
 * Waits that nothing else keeps the process alive for: one after another, and what was left to the process itself is told.
 * `node … <URL of a Redis server behind a slow line> <folder> <configuration of the SDK>`
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  type PowerAuthConfigurationType,
  type PowerAuthStorage,
} from '../../../../src/index.ts';
import { memoryStorage } from '../../../../src/storage/memory.ts';
import { redisStorage } from '../../../../src/storage/redis.ts';
import { importSealingKey, sealedStorage } from '../../../../src/storage/sealed.ts';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';

const [url = '', folder = '', configuration = ''] = process.argv.slice(2);
const ONE = Uint8Array.of(1);
const sealingKey = importSealingKey(new Uint8Array(32));

/** Something of the application's that takes its time and keeps no process alive. */
function slowly<T>(value: T, ms = 40): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms).unref());
}

/** A driver of the application's own, slow at everything. */
function slowStorage(): PowerAuthStorage {
  const storage = memoryStorage();
  return {
    name: 'slow',
    get: async (key) => storage.get(await slowly(key)),
    set: async (key, value) => storage.set(await slowly(key), value),
    delete: async (key) => storage.delete(await slowly(key)),
    list: (prefix) => storage.list(prefix),
    update: async (key, change) => storage.update(await slowly(key), change),
    lock: async (name, section) => storage.lock(await slowly(name), section),
    subscribe: (listener) => storage.subscribe(listener),
    close: () => slowly(undefined),
  };
}

const first = async (list: AsyncIterable<string>): Promise<void> => {
  for await (const _ of list) return;
};

/** Every call of a storage, each waiting for something. */
function callsOf(name: string, open: () => PowerAuthStorage): [string, () => Promise<unknown>][] {
  const on = (call: (storage: PowerAuthStorage) => Promise<unknown>) => async () => {
    const storage = open();
    await call(storage);
    await storage.close();
  };
  const calls: Record<string, (storage: PowerAuthStorage) => Promise<unknown>> = {
    get: (storage) => storage.get('key'),
    set: (storage) => storage.set('key', ONE),
    delete: (storage) => storage.delete('key'),
    list: (storage) => first(storage.list('')),
    update: (storage) => storage.update('key', () => slowly(ONE)),
    'a second update': (storage) =>
      Promise.all([storage.update('key', () => slowly(ONE)), storage.update('key', () => ONE)]),
    lock: (storage) => storage.lock('lock', () => slowly(1)),
    'a second lock': (storage) =>
      Promise.all([storage.lock('lock', () => slowly(1)), storage.lock('lock', async () => 1)]),
    'a lock of another object': async (storage) => {
      const other = open();
      await Promise.all([storage.lock('lock', () => slowly(1, 300)), other.lock('lock', async () => 1)]);
      await other.close();
    },
    'a call while it is opened in the background': async (storage) => {
      storage.subscribe(() => undefined);
      // Opening has begun, and nobody waits for it yet.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      await storage.get('key');
    },
    close: async (storage) => {
      void storage.set('key', ONE).catch(() => undefined);
      await storage.close();
    },
  };
  return Object.entries(calls).map(([call, run]) => [`${name}: ${call}`, on(run)]);
}

/** Calls of the SDK that wait for what is the application's own: storage, key, fetch. */
function callsOfSdk(): [string, () => Promise<unknown>][] {
  const refuse = async (): Promise<Response> => slowly(new Response('{}', { status: 503 }));
  const on = (call: (powerAuth: PowerAuth) => Promise<unknown>) => async () => {
    const powerAuth = new PowerAuth('held');
    await powerAuth.configure(
      JSON.parse(configuration) as PowerAuthConfigurationType,
      { enableUnsecureTraffic: true, fetch: refuse },
      undefined,
      { storage: slowStorage(), sealingKey: new Uint8Array(32) },
    );
    await call(powerAuth).catch(() => undefined);
    await powerAuth.deconfigure();
  };
  const possession = PowerAuthAuthentication.possession();
  const calls: Record<string, (powerAuth: PowerAuth) => Promise<unknown>> = {
    hasValidActivation: (powerAuth) => powerAuth.hasValidActivation(),
    fetchActivationStatus: (powerAuth) => powerAuth.fetchActivationStatus(),
    createActivation: (powerAuth) =>
      powerAuth.createActivation(
        PowerAuthActivation.createWithActivationCode('MMMMM-MMMMM-MMMMM-MUTOA', 'x'),
      ),
    requestSignature: (powerAuth) => powerAuth.requestSignature(possession, 'POST', '/x'),
    removeActivationLocal: (powerAuth) => powerAuth.removeActivationLocal(),
    requestAccessToken: (powerAuth) => powerAuth.tokenStore.requestAccessToken('x', possession),
    generateHeaderForToken: (powerAuth) => powerAuth.tokenStore.generateHeaderForToken('x'),
    'an encryptor': async (powerAuth) => powerAuth.getEncryptorForApplicationScope().encryptRequest('x'),
  };
  return Object.entries(calls).map(([call, run]) => [`PowerAuth: ${call}`, on(run)]);
}

const folders = { next: 0 };
const waits: [string, () => Promise<unknown>][] = [
  ...callsOf('memory', () => memoryStorage()),
  ...callsOf('sealed', () => sealedStorage(memoryStorage(), async () => slowly(await sealingKey))),
  ...callsOf('sealed of another driver', () => sealedStorage(slowStorage(), new Uint8Array(32))),
  ...callsOf('sqlite', () => sqliteStorage({ path: `${folder}/${folders.next}` })),
  ...callsOf('redis', () => redisStorage({ url })),
  ...callsOfSdk(),
];

let current = '';
let rescue: NodeJS.Timeout | undefined;
const left: string[] = [];
// Node asks here when nothing keeps the process alive: while a call is waited for, that must not happen.
process.on('beforeExit', () => {
  if (current === '') return;
  left.push(current);
  // Until the call has settled, so that the others are looked at as well.
  rescue = setInterval(() => undefined, 1000);
});

async function main(): Promise<void> {
  for (const [name, wait] of waits) {
    current = name;
    folders.next++;
    await wait();
    clearInterval(rescue);
  }
  current = 'the last calls';
  // Open storages are left behind on purpose: idle, they keep no process alive.
  const idle = redisStorage({ url });
  idle.subscribe(() => undefined);
  await idle.set('key', ONE);
  await sqliteStorage({ path: folder }).set('key', ONE);
  clearInterval(rescue);
  current = '';
  console.log(JSON.stringify({ waits: waits.length, left }));
}

void main();
