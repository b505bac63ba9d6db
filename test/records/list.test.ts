/** What listRecords says of a store. */

import { expect, test } from 'vitest';
import { listRecords, type PowerAuthStore } from '../../src/records.ts';
import { encodeReservation } from '../../src/session/activation-record.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { decodeRecord, encodeRecord } from '../../src/session/record.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { testBiometry } from '../helpers/biometry.ts';
import { activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { foundIn, formsOf } from '../helpers/forms.ts';
import { readSecrets } from '../helpers/secrets.ts';
import { rejection, storageLike } from '../helpers/storage.ts';
import { addTokens, fill, madeUpToken, MANY, newKey, rawContentOf, recordsOf } from './store.ts';

const newStore = () => ({ storage: memoryStorage(), sealingKey: newKey() });

test('activations and tokens by their names, whatever those are, without secrets', async () => {
  const server = await testServer();
  const store = newStore();
  const odd = '\ud83d \u0000 \u{1f600}';
  const first = await fill(server, store, 'list 1', ['api', odd]);
  const second = await testClient(server, {
    ...store,
    instanceId: odd,
    biometry: testBiometry().biometry,
    keychain: { pbkdf2Iterations: 20_000 },
  });
  const secondId = await activate(server, second);
  await second.addBiometryFactor(PASSWORD);
  const before = await rawContentOf(store.storage);
  const records = await recordsOf(store);
  const keys = new RecordKeys('list 1');
  const token = (tokenName: string) => ({
    type: 'token',
    key: keys.token(tokenName),
    instanceId: 'list 1',
    tokenName,
    tokenIdentifier: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    activationId: first.activationId,
    factors: ['possession'],
    isOrphan: false,
    recordVersion: 2,
  });
  const activation = {
    type: 'activation',
    key: keys.activation,
    instanceId: 'list 1',
    activationId: first.activationId,
    factors: ['possession', 'knowledge'],
    biometryProvider: undefined,
    hasRecoveryData: true,
    pbkdf2Iterations: 10_000,
    recordVersion: 6,
  };
  expect(records).toEqual([
    activation,
    token('api'),
    token(odd),
    {
      ...activation,
      key: new RecordKeys(odd).activation,
      instanceId: odd,
      activationId: secondId,
      factors: ['possession', 'knowledge', 'biometry'],
      biometryProvider: 'software',
      pbkdf2Iterations: 20_000,
    },
  ]);
  const secrets = await readSecrets(
    sealedStorage(store.storage, store.sealingKey),
    'list 1',
    PASSWORD,
    'api',
  );
  const told = Buffer.from(JSON.stringify(records));
  for (const [name, secret] of Object.entries(secrets)) {
    expect(foundIn(told, formsOf(name, Buffer.from(secret, 'base64')))).toEqual([]);
  }
  expect(await rawContentOf(store.storage)).toEqual(before);
});

test('one instance alone', async () => {
  const server = await testServer();
  const store = newStore();
  await fill(server, store, 'one of two', ['api']);
  await fill(server, store, 'other of two', ['api']);
  const records = await recordsOf(store, { instanceId: 'one of two' });
  expect(records.map((record) => record.type)).toEqual(['activation', 'token']);
  expect(new Set(records.map((record) => 'instanceId' in record && record.instanceId))).toEqual(
    new Set(['one of two']),
  );
  expect(await recordsOf(store, { instanceId: 'none of two' })).toEqual([]);
});

test('orphans, what a commit has left, and what cannot be read are told as such; keys of others are passed over', async () => {
  const server = await testServer();
  const store = newStore();
  const { storage, sealingKey } = store;
  const sealed = sealedStorage(storage, sealingKey);
  await fill(server, store, 'mixed', ['fine', 'damaged', 'foreign key']);
  const keys = new RecordKeys('mixed');
  const gone = new RecordKeys('gone');
  // Of an earlier activation, and of none.
  await sealed.set(keys.token('late'), madeUpToken('mixed', 'late', 'an earlier activation'));
  await sealed.set(gone.token('left'), madeUpToken('gone', 'left', 'an activation'));
  await sealed.set(
    new RecordKeys('cut short').activation,
    encodeReservation({ instanceId: 'cut short', nonce: new Uint8Array(16) }),
  );
  const damaged = (await storage.get(keys.token('damaged'))) ?? new Uint8Array();
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await storage.set(keys.token('damaged'), damaged);
  await sealedStorage(storage, newKey()).set(
    keys.token('foreign key'),
    madeUpToken('mixed', 'foreign key', 'x'),
  );
  await sealed.set(keys.token('newer'), Uint8Array.of(99, 0, 0));
  await sealed.set(keys.token('misplaced'), madeUpToken('mixed', 'another name', 'x'));
  await sealed.set(keys.token('thief'), madeUpToken('gone', 'thief', 'x'));
  const foreign = [
    'app/setting',
    'x',
    `${keys.instance}requests`,
    `${keys.activation}/x`,
    `x${keys.activation}`,
  ];
  for (const key of foreign) await storage.set(key, new Uint8Array(60));

  const records = await recordsOf(store);
  const tokens = records.filter((record) => record.type === 'token');
  expect(tokens.map(({ tokenName, isOrphan }) => [tokenName, isOrphan])).toEqual([
    ['fine', false],
    ['late', true],
    ['left', true],
  ]);
  expect(records.filter((record) => record.type === 'reservation')).toEqual([
    { type: 'reservation', key: new RecordKeys('cut short').activation, instanceId: 'cut short' },
  ]);
  const unreadable = records.filter((record) => record.type === 'unreadable');
  for (const record of unreadable) expect(record.error).toMatchObject(error('INVALID_ACTIVATION_DATA'));
  expect(Object.fromEntries(unreadable.map(({ key, error: { message } }) => [key, message]))).toEqual({
    [keys.token('damaged')]: expect.stringMatching(/it is damaged: its content/) as string,
    [keys.token('foreign key')]: expect.stringMatching(/sealed with another key/) as string,
    [keys.token('newer')]: expect.stringMatching(/expected record version 3, got 99/) as string,
    [keys.token('misplaced')]: expect.stringMatching(/expected the one of this place/) as string,
    [keys.token('thief')]: expect.stringMatching(/expected the one of this place/) as string,
  });
  expect(records).toHaveLength(1 + tokens.length + 1 + unreadable.length);
});

test('records of earlier versions, which name nobody', async () => {
  const server = await testServer();
  const store = newStore();
  const sealed = sealedStorage(store.storage, store.sealingKey);
  const { powerAuth } = await fill(server, store, 'list earlier', ['api']);
  await powerAuth.deconfigure();
  const keys = new RecordKeys('list earlier');
  for (const [key, version, all, count] of [
    [keys.activation, 5, 18, 17],
    [keys.token('api'), 1, 6, 4],
  ] as const) {
    const bytes = (await sealed.get(key)) ?? new Uint8Array();
    const fields = decodeRecord(
      bytes,
      bytes[0] ?? 0,
      Array.from({ length: all }, () => undefined),
      'record',
    );
    await sealed.set(key, encodeRecord(version, fields.slice(0, count)));
  }
  expect(await recordsOf(store)).toMatchObject([
    { type: 'activation', instanceId: undefined, recordVersion: 5 },
    { type: 'token', instanceId: undefined, tokenName: undefined, recordVersion: 1, isOrphan: false },
  ]);
});

test('with another key everything is unreadable, and nothing is changed', async () => {
  const server = await testServer();
  const store = newStore();
  await fill(server, store, 'wrong key', ['api']);
  const before = await rawContentOf(store.storage);
  const records = await recordsOf({ ...store, sealingKey: newKey() });
  expect(records.map(({ type }) => type)).toEqual(['unreadable', 'unreadable']);
  expect(await rawContentOf(store.storage)).toEqual(before);
});

test("the storage's own key is used without another one", async () => {
  const server = await testServer();
  const storage = memoryStorage();
  const powerAuth = await testClient(server, {
    storage,
    instanceId: 'own key',
    keychain: { sealingKey: undefined },
  });
  await activate(server, powerAuth);
  expect(await recordsOf({ storage })).toMatchObject([{ type: 'activation', instanceId: 'own key' }]);
});

test('a large store is read record by record', async () => {
  const store = newStore();
  await addTokens(store, 'many', MANY);
  const { storage } = store;
  let [listed, read, ahead] = [0, 0, 0];
  const counting = storageLike(storage, {
    async *list(prefix) {
      for await (const key of storage.list(prefix)) {
        listed++;
        yield key;
      }
    },
  });
  for await (const record of listRecords({ ...store, storage: counting })) {
    read++;
    ahead = Math.max(ahead, listed - read);
    expect(record.type).toBe('token');
  }
  expect(read).toBe(MANY);
  expect(ahead).toBe(0);
});

test('a consumer that stops ends the list of the storage', async () => {
  const store = newStore();
  await addTokens(store, 'stopped', 10);
  let ended = false;
  const storage = storageLike(store.storage, {
    async *list(prefix) {
      try {
        yield* store.storage.list(prefix);
      } finally {
        ended = true;
      }
    },
  });
  for await (const _record of listRecords({ ...store, storage })) break;
  expect(ended).toBe(true);
});

test.each<[string, unknown, unknown, RegExp]>([
  ['nothing', undefined, undefined, /^store: expected a storage and its sealingKey, got undefined/],
  ['no storage', { storage: {} }, undefined, /^store\.storage: expected a PowerAuthStorage/],
  [
    'a short key',
    { storage: memoryStorage(), sealingKey: new Uint8Array(31) },
    undefined,
    /^store\.sealingKey: expected 32 bytes/,
  ],
  [
    'no keys',
    { storage: memoryStorage(), sealingKey: [] },
    undefined,
    /^store\.sealingKey: expected 32 bytes/,
  ],
  [
    'an empty id',
    { storage: memoryStorage() },
    { instanceId: '' },
    /^options\.instanceId: expected a non-empty string/,
  ],
])('%s is refused', async (_what, store, options, message) => {
  const records = listRecords(store as PowerAuthStore, options as object);
  expect(await rejection(records.next())).toMatchObject(error('WRONG_PARAMETER', message));
});

test('a storage that needs a key of the caller asks for one', async () => {
  const store = newStore();
  await addTokens(store, 'shared', 1);
  const storage = { ...store.storage, needsSealingKey: true };
  expect(await rejection(recordsOf({ storage }))).toMatchObject(
    error('WRONG_PARAMETER', /^sealingKey: the memory storage needs one/),
  );
});
