import { expect, test } from 'vitest';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';

test('two storages share nothing unless they are given one space', async () => {
  const space = new MemorySpace();
  const storages = [memoryStorage(), memoryStorage(), memoryStorage(space), memoryStorage(space)];
  await storages[0]?.set('key', Uint8Array.of(1));
  await storages[2]?.set('key', Uint8Array.of(2));
  const values = await Promise.all(storages.map((storage) => storage.get('key')));
  expect(values.map((value) => value?.[0])).toEqual([1, undefined, 2, 2]);
});

test('the sealing key is one for each space', async () => {
  const space = new MemorySpace();
  const [one, other, foreign] = [memoryStorage(space), memoryStorage(space), memoryStorage()];
  const key = await one.sealingKey?.();
  expect(key).toBeDefined();
  expect(key).toMatchObject({ extractable: false });
  expect(await other.sealingKey?.()).toBe(key);
  expect(await foreign.sealingKey?.()).not.toBe(key);
  if (key !== undefined) await sealedStorage(one, key).set('key', Uint8Array.of(1));
  await one.close();
  await expect(one.sealingKey?.()).rejects.toMatchObject({ code: 'INVALID_NATIVE_OBJECT' });
  if (key !== undefined) expect(await sealedStorage(other, key).get('key')).toEqual(Uint8Array.of(1));
});

test('values that are overwritten or removed are wiped', async () => {
  const space = new MemorySpace();
  const storage = memoryStorage(space);
  await storage.set('key', Uint8Array.of(1, 2));
  const first = space.records.get('key');
  await storage.update('key', () => Uint8Array.of(3, 4));
  const second = space.records.get('key');
  await storage.delete('key');
  expect([first, second]).toEqual([Uint8Array.of(0, 0), Uint8Array.of(0, 0)]);
});
