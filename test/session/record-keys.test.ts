import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceOf, kindOf, RecordKeys } from '../../src/session/record-keys.ts';
import { assertKey, assertPrefix } from '../../src/storage/driver/checks.ts';
import { seed } from '../helpers/seed.ts';
import { ODD_NAMES } from '../helpers/wrong-values.ts';

const hash = (name: string) =>
  createHash('sha256').update(Buffer.from(name, 'utf16le').swap16()).digest('base64url');

test('are made of the hashes of both names', () => {
  const keys = new RecordKeys('gateway');
  expect(keys).toMatchObject({
    instanceId: 'gateway',
    instance: `${hash('gateway')}/`,
    activation: `${hash('gateway')}/activation`,
    requests: `${hash('gateway')}/requests`,
    tokens: `${hash('gateway')}/token/`,
  });
  expect(keys.token('api')).toBe(`${hash('gateway')}/token/${hash('api')}`);
});

test('are different for each name that JavaScript tells apart', () => {
  const names = [...new Set([...ODD_NAMES, '', '\uD83E', '\uFFFD\uFFFD', 'e\u0301', '\u00E9'])];
  const keys = names.map((name) => new RecordKeys(name));
  expect(new Set(keys.map(({ instance }) => instance)).size).toBe(names.length);
  expect(new Set(names.map((name) => keys[0]?.token(name))).size).toBe(names.length);
});

test('fit into every storage, whatever the names are, and reveal nothing of them', () => {
  const names = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 }));
  fc.assert(
    fc.property(names, ([instanceId, token]) => {
      const keys = new RecordKeys(instanceId);
      for (const key of [keys.activation, keys.requests, keys.token(token)]) {
        assertKey(key);
        expect(key).toMatch(/^[\w-]{43}\/(activation|requests|token\/[\w-]{43})$/);
        expect(instanceOf(key)).toBe(keys.instance);
        expect(key.startsWith(keys.instance)).toBe(true);
      }
      assertPrefix(keys.tokens);
      expect(keys.token(token).startsWith(keys.tokens)).toBe(true);
    }),
    { seed },
  );
});

test('tell what lies under them; nothing of ours does under any other key', () => {
  const keys = new RecordKeys('gateway');
  const { activation, instance, requests, tokens } = keys;
  const token = keys.token('api');
  expect(kindOf(activation)).toBe('activation');
  expect(kindOf(token)).toBe('token');
  for (const key of [
    '',
    'activation',
    instance,
    requests,
    tokens,
    `x${activation}`,
    `${activation}/`,
    `${activation}\n`,
    `${token}x`,
    `${tokens}${'='.repeat(43)}`,
    token.slice(0, -1),
    activation.toUpperCase(),
  ]) {
    expect(kindOf(key), key).toBe(undefined);
  }
});
