import { expect, test } from 'vitest';
import { heldStorage } from '../../../src/storage/driver/held.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';

/** As a driver is written: its members are those of a class. */
class Driver implements PowerAuthStorage {
  readonly name = 'driver';
  readonly #memory = memoryStorage();
  get = (key: string) => this.#memory.get(key);
  set(key: string, value: Uint8Array): Promise<void> {
    return this.#memory.set(key, value);
  }
  delete(key: string): Promise<void> {
    return this.#memory.delete(key);
  }
  list(prefix: string): AsyncIterable<string> {
    return this.#memory.list(prefix);
  }
  update: PowerAuthStorage['update'] = (key, change) => this.#memory.update(key, change);
  lock: PowerAuthStorage['lock'] = (name, section) => this.#memory.lock(name, section);
  subscribe: PowerAuthStorage['subscribe'] = (listener) => this.#memory.subscribe(listener);
  close(): Promise<void> {
    return this.#memory.close();
  }
}

test('callers may put another member in the place of one', async () => {
  const storage = { ...heldStorage(new Driver()), close: () => Promise.resolve() };
  await storage.set('a', Uint8Array.of(1));
  expect(await storage.get('a')).toEqual(Uint8Array.of(1));
  const keys: string[] = [];
  for await (const key of storage.list('')) keys.push(key);
  expect(keys).toEqual(['a']);
});

test('members that a driver lacks are missing, others are there', () => {
  const keys = Object.keys(heldStorage(new Driver()));
  expect(keys.sort()).toEqual([
    'close',
    'delete',
    'get',
    'list',
    'lock',
    'name',
    'set',
    'subscribe',
    'update',
  ]);
  const whole = Object.assign(new Driver(), {
    needsSealingKey: true,
    forget: async () => undefined,
    sealingKey: async () => new Uint8Array(32) as never,
    replaceSealingKey: async () => undefined,
  });
  expect(Object.keys(heldStorage(whole))).toEqual(
    expect.arrayContaining(['needsSealingKey', 'forget', 'sealingKey', 'replaceSealingKey']),
  );
});
