import { expect, onTestFinished, test, vi } from 'vitest';
import { subscribeTo } from '../../src/session/change-hub.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../src/storage/types.ts';
import { activate, testClient, testServer } from '../helpers/client.ts';
import { storageLike } from '../helpers/storage.ts';

const MANY = 10_000;

/** A storage whose notices a test makes, and which counts who hears them. */
function loudStorage(): {
  readonly storage: PowerAuthStorage;
  readonly say: (change: PowerAuthStorageChange) => Promise<void>;
  readonly heardBy: () => number;
} {
  const listeners = new Set<(change: PowerAuthStorageChange) => void>();
  return {
    storage: storageLike(memoryStorage(), {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    say: async (change) => {
      for (const listener of listeners) listener(change);
      await Promise.resolve();
    },
    heardBy: () => listeners.size,
  };
}

const keysOf = (i: number): RecordKeys => new RecordKeys(`instance ${i}`);

test('a foreign change is the work of one listener, however many there are', async () => {
  const { storage, say, heardBy } = loudStorage();
  let work = 0;
  const ends = Array.from({ length: MANY }, (_, i) =>
    subscribeTo(storage, keysOf(i).instance, () => {
      work += 1;
    }),
  );
  expect(heardBy()).toBe(1);
  await say([keysOf(7).activation]);
  await say([keysOf(8).token('a')]);
  expect(work).toBe(2);
  await say(['a key of somebody else', 'another/one']);
  expect(work).toBe(2);
  await say('all');
  expect(work).toBe(2 + MANY);
  for (const end of ends) end();
  expect(heardBy()).toBe(0);
});

test('each listener is told of its own keys, until it ends', async () => {
  const { storage, say, heardBy } = loudStorage();
  const [one, other] = [keysOf(1), keysOf(2)];
  const heard: unknown[] = [];
  const end = subscribeTo(storage, one.instance, (change) => void heard.push(['one', change]));
  const again = subscribeTo(storage, one.instance, (change) => void heard.push(['again', change]));
  const last = subscribeTo(storage, other.instance, (change) => void heard.push(['other', change]));
  await say([one.token('a'), other.activation, one.token('b')]);
  expect(heard.splice(0)).toEqual([
    ['one', [one.token('a'), one.token('b')]],
    ['again', [one.token('a'), one.token('b')]],
    ['other', [other.activation]],
  ]);
  end();
  await say('all');
  expect(heard.splice(0)).toEqual([
    ['again', 'all'],
    ['other', 'all'],
  ]);
  again();
  last();
  expect(heardBy()).toBe(0);
  // Somebody who comes later hears it anew.
  onTestFinished(subscribeTo(storage, one.instance, (change) => void heard.push(change)));
  await say([one.activation]);
  expect(heard).toEqual([[one.activation]]);
});

test('instances that share a storage object share its notices', async () => {
  const space = new MemorySpace();
  const subscribe = vi.fn();
  const storage = storageLike(memoryStorage(space), { subscribe });
  const real = memoryStorage(space);
  subscribe.mockImplementation((listener: (change: PowerAuthStorageChange) => void) =>
    real.subscribe(listener),
  );
  const server = await testServer();
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) => testClient(server, { instanceId: `shared ${i}`, storage })),
  );
  expect(subscribe).toHaveBeenCalledTimes(1);
  const [client] = clients;
  if (client === undefined) throw new Error('no client');
  await activate(server, client);
  expect(await client.hasValidActivation()).toBe(true);
  await memoryStorage(space).delete(new RecordKeys('shared 0').activation);
  await vi.waitFor(async () => expect(await client.hasValidActivation()).toBe(false));
});
