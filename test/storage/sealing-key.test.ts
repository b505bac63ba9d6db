import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  assertSealingKey,
  assertSealingKeyBytes,
  importSealingKey,
  importSealingKeys,
  keyList,
} from '../../src/storage/sealing-key.ts';
import { error } from '../helpers/error.ts';
import { NO_INSTANCES } from '../helpers/wrong-values.ts';

const BYTES = new Uint8Array(32).fill(7);
const refused = (got: RegExp) =>
  error(
    PowerAuthErrorCode.WRONG_PARAMETER,
    new RegExp(`^sealingKey: expected 32 bytes, or an AES-GCM CryptoKey of 256 bits .*, got ${got.source}`),
  );

test('bytes become a key that seals, cannot be taken out, and is the same for the same bytes', async () => {
  const given = Uint8Array.from(BYTES);
  const importing = importSealingKey(given);
  given.fill(0);
  const key = await importing;
  assertSealingKey(key);
  expect(key.extractable).toBe(false);
  const iv = new Uint8Array(12);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, BYTES);
  const same = await importSealingKey(BYTES);
  expect(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, same, sealed))).toEqual(BYTES);
});

test('bytes in shared memory are taken, too', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(32));
  shared.set(BYTES);
  assertSealingKey(await importSealingKey(shared));
});

test.each([0, 16, 31, 33, 64])(
  '%i bytes are refused, with their number and nothing of them',
  async (length) => {
    const wrong = new Uint8Array(length);
    expect(() => assertSealingKeyBytes(wrong)).toThrow(
      expect.objectContaining(refused(new RegExp(`${length} bytes$`))),
    );
    await expect(importSealingKey(wrong)).rejects.toMatchObject(refused(/\d+ bytes$/));
    expect(() => importSealingKeys(wrong)).toThrow(expect.objectContaining(refused(/\d+ bytes$/)));
  },
);

const NO_KEYS = NO_INSTANCES.filter(([name]) => name !== 'an array');

test.each(NO_KEYS)('%s is no sealing key', async (_, value) => {
  expect(() => assertSealingKey(value)).toThrow(expect.objectContaining(refused(/.+$/)));
  expect(() => assertSealingKeyBytes(value)).toThrow(expect.objectContaining(refused(/.+$/)));
  await expect(importSealingKey(value as Uint8Array)).rejects.toMatchObject(refused(/.+$/));
});

test.each<readonly [string, AesKeyGenParams, KeyUsage[], RegExp]>([
  ['of another length', { name: 'AES-GCM', length: 128 }, ['encrypt', 'decrypt'], /a key for AES-GCM-128$/],
  ['of another mode', { name: 'AES-CBC', length: 256 }, ['encrypt', 'decrypt'], /a key for AES-CBC-256$/],
  ['that only encrypts', { name: 'AES-GCM', length: 256 }, ['encrypt'], /a key for encrypt$/],
  ['that only wraps', { name: 'AES-GCM', length: 256 }, ['wrapKey'], /a key for wrapKey$/],
])('a CryptoKey %s is refused by what it is', async (_, algorithm, usages, message) => {
  const key = await crypto.subtle.generateKey(algorithm, true, usages);
  expect(() => assertSealingKey(key)).toThrow(expect.objectContaining(refused(message)));
  expect(() => importSealingKeys([BYTES, key])).toThrow(expect.objectContaining(refused(message)));
});

test('several keys stay several, of both kinds, in order; none are refused', async () => {
  const key = await importSealingKey(BYTES);
  const keys = await importSealingKeys([key, BYTES]);
  expect(keys).toHaveLength(2);
  expect(keyList(keys)[0]).toBe(key);
  expect(await importSealingKeys(key)).toBe(key);
  expect([keyList(key), keyList([key, key])]).toEqual([[key], [key, key]]);
  expect(() => importSealingKeys([])).toThrow(expect.objectContaining(refused(/an empty array$/)));
});
