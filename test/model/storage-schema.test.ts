import { expect, test } from 'vitest';
import { sealingKeySchema, storageSchema } from '../../src/model/storage-schema.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { importSealingKey } from '../../src/storage/sealing-key.ts';
import type { Schema } from '../../src/util/schema.ts';
import { storageLike } from '../helpers/storage.ts';
import { NO_INSTANCES } from '../helpers/wrong-values.ts';

const METHODS = ['get', 'set', 'delete', 'list', 'update', 'lock', 'subscribe', 'close'] as const;

test('a storage is whatever has the methods, and is passed on as it is', () => {
  const storage = storageLike(memoryStorage(), { name: 'my own' });
  expect(storageSchema(storage, '')).toBe(storage);
  const inherited = Object.create(storage) as object;
  expect(storageSchema(inherited, '')).toBe(inherited);
});

test.each(METHODS)('without %s it is none, and the message says which there must be', (method) => {
  for (const value of [undefined, 'text']) {
    const storage = { ...storageLike(memoryStorage(), {}), [method]: value };
    expect(() => storageSchema(storage, 'storage')).toThrow(
      `storage: expected a PowerAuthStorage (${METHODS.join(', ')})`,
    );
  }
});

/** Whether a value fits; what a value throws when it is read is left to the check around the schema. */
function fits(schema: Schema<unknown>, value: unknown): boolean {
  try {
    schema(value, '');
    return true;
  } catch {
    return false;
  }
}

const isKey = (key: unknown): boolean => fits(sealingKeySchema, key);

test('a sealing key is 32 bytes, a CryptoKey that seals and unseals, or several of these', async () => {
  const bytes = new Uint8Array(32);
  const key = await importSealingKey(bytes);
  for (const good of [bytes, key, [bytes], [key, bytes], [bytes, bytes]]) {
    expect(isKey(good)).toBe(true);
    expect(sealingKeySchema(good, '')).toBe(good);
  }
});

test('nothing else is one', async () => {
  const generate = (name: string, length: number, usages: KeyUsage[]) =>
    crypto.subtle.generateKey({ name, length }, false, usages);
  const wrong = await Promise.all([
    generate('AES-GCM', 128, ['encrypt', 'decrypt']),
    generate('AES-CBC', 256, ['encrypt', 'decrypt']),
    generate('AES-GCM', 256, ['encrypt']),
    generate('AES-GCM', 256, ['decrypt']),
  ]);
  const lengths = [0, 31, 33].map((length) => new Uint8Array(length));
  for (const key of [
    ...wrong,
    ...lengths,
    [],
    [new Uint8Array(31)],
    [[new Uint8Array(32)]],
    new Uint16Array(32),
  ]) {
    expect(isKey(key)).toBe(false);
  }
});

test.each(NO_INSTANCES)('%s is neither', (_, value) => {
  expect([fits(storageSchema, value), fits(sealingKeySchema, value)]).toEqual([false, false]);
});
