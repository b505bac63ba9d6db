/** The text of settings: equal for equal ones, another one for each setting that differs, and no secret in it. */

import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/session/settings-key.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { base64 } from '../../src/util/base64.ts';
import { freshModules } from '../helpers/worker.ts';

const [storage, otherStorage] = [memoryStorage(), memoryStorage()];
const clocks = [
  { now: () => 0, monotonic: () => 0 },
  { now: () => 0, monotonic: () => 0 },
];
const fetches = [async () => new Response(), async () => new Response()];
const observers = [() => undefined, () => undefined];
const providers = [{ name: 'a' }, { name: 'a' }];
const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const cryptoKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
const cryptoKeys = [await cryptoKey(), await cryptoKey()];

/** Each setting, and values of it that are all different; the first ones make up the settings to begin with. */
const SETTINGS: readonly Record<string, readonly unknown[]>[] = [
  {
    applicationKey: ['a', 'b', ''],
    applicationSecret: ['a', 'b'],
    masterServerPublicKey: ['a', 'b'],
    baseEndpointUrl: ['https://a', 'https://b'],
    configuration: ['a', 'b', undefined],
    algorithm: ['legacy', 'p384', undefined],
    offlineAuthenticationCodeComponentLength: [8, 4, '8', undefined],
  },
  {
    enableUnsecureTraffic: [true, false, undefined, 'true', null],
    connectionTimeout: [20, 21, '20', NaN, undefined, null, 20n, Infinity],
    readTimeout: [20, 21],
    customHttpHeaders: [
      [{ name: 'a', value: 'b' }],
      [{ name: 'a', value: 'c' }],
      [{ name: 'ab', value: '' }],
      [
        { name: 'a', value: 'b' },
        { name: 'a', value: 'b' },
      ],
      [['a', 'b']],
      [],
      null,
      undefined,
      NaN,
      [undefined],
    ],
    basicHttpAuthentication: [
      { username: 'a', password: 'b' },
      { username: 'a', password: 'c' },
      { username: 'c', password: 'b' },
      { username: 'a' },
      null,
      'a',
    ],
    fetch: [fetches[0], fetches[1], undefined],
    clock: [clocks[0], clocks[1], undefined],
    engine: ['js', 'wasm-simd', undefined],
    observer: [observers[0], observers[1], undefined],
  },
  {
    linkItemsToCurrentSet: [true, false],
    invalidateBiometricFactorAfterChange: [true, false],
    fallbackToDevicePasscode: [true, false],
    confirmBiometricAuthentication: [true, false],
    authenticateOnBiometricKeySetup: [true, false],
    fallbackToSharedBiometryKey: [true, false],
    provider: [providers[0], providers[1], undefined],
  },
  {
    accessGroupName: ['a', 'b', undefined],
    userDefaultsSuiteName: ['a', 'b'],
    minimalRequiredKeychainProtection: ['NONE', 'SOFTWARE'],
    storage: [storage, otherStorage, undefined],
    sealingKey: [
      keyOf(1),
      keyOf(2),
      [keyOf(1)],
      [keyOf(1), keyOf(2)],
      [keyOf(2), keyOf(1)],
      cryptoKeys[0],
      cryptoKeys[1],
      undefined,
      keyOf(1).subarray(1),
    ],
    pbkdf2Iterations: [10_000, 10_001],
  },
  {
    appGroup: ['a', 'b'],
    appIdentifier: ['a', 'b'],
    keychainAccessGroup: ['a', 'b'],
    sharedMemoryIdentifier: ['a', undefined],
  },
];

/** The settings to begin with, as other objects each time, of the same values. */
const settings = (): Record<string, unknown>[] =>
  SETTINGS.map((fields) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, [value]]) => [
        name,
        value instanceof Uint8Array ? value.slice() : value,
      ]),
    ),
  );

const ROWS = SETTINGS.flatMap((fields, argument) =>
  Object.entries(fields).map(([name, values]) => ({ argument, name, values })),
);

test('equal settings have one text, whoever says them', () => {
  class Subclass {
    constructor(fields: object) {
      Object.assign(this, fields);
    }
  }
  const { key } = readSettings(settings());
  expect(key).toBeDefined();
  expect(readSettings(settings()).key).toBe(key);
  expect(readSettings(settings().map((fields) => new Subclass(fields))).key).toBe(key);
  expect(readSettings(settings().map((fields) => Object.create(fields) as object)).key).toBe(key);
});

test.each(ROWS)('$name: each value has a text of its own', ({ argument, name, values }) => {
  const keys = values.map((value) => {
    const args = settings();
    args[argument] = { ...args[argument], [name]: value };
    return readSettings(args).key;
  });
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(values.length);
});

test('all arguments can be missing, and are not taken for each other', () => {
  const texts = [[], [{}], [undefined, {}], [null], [[]], [7], ['x', 'y'], [{}, {}, {}, {}, {}]].map(
    (args) => readSettings(args).key,
  );
  expect(new Set(texts).size).toBe(texts.length);
  expect(readSettings([]).key).toBe(readSettings([undefined, undefined]).key);
});

test('each setting is read once, and what was read is what is checked', () => {
  const reads: string[] = [];
  const args = settings().map(
    (fields) =>
      new Proxy(fields, {
        get: (target, name) => {
          reads.push(String(name));
          return target[String(name)];
        },
      }),
  );
  const snapshot = readSettings(args);
  expect(reads.sort()).toEqual(ROWS.map(({ name }) => name).sort());
  expect(snapshot.args).toEqual(settings());
});

test('what can’t be compared is shared with nobody', () => {
  const throwing = {
    get readTimeout() {
      throw new Error('no');
    },
  };
  const [configuration] = settings();
  for (const client of [{ engine: Symbol('a') }, throwing]) {
    const snapshot = readSettings([configuration, client]);
    expect(snapshot.key).toBeUndefined();
  }
  expect(readSettings([configuration, throwing]).args[1], 'left to the check').toBe(throwing);
});

describe('bytes of keys', () => {
  test('are in no text, and their copies are wiped', () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const snapshot = readSettings([undefined, undefined, undefined, { sealingKey: [bytes] }]);
    const { sealingKey } = snapshot.args[3] as { sealingKey: Uint8Array[] };
    expect(sealingKey).toEqual([bytes]);
    expect(sealingKey[0]).not.toBe(bytes);
    const hex = Buffer.from(bytes).toString('hex');
    for (const form of [base64(bytes), hex, bytes.join(','), String.fromCharCode(...bytes)]) {
      expect(snapshot.key).not.toContain(form);
    }
    snapshot.wipe();
    expect(sealingKey[0]).toEqual(new Uint8Array(32));
    expect(bytes).not.toEqual(new Uint8Array(32));
  });

  test('have another digest in another process', async () => {
    const { key } = readSettings([undefined, undefined, undefined, { sealingKey: keyOf(7) }]);
    freshModules();
    const anew = await import('../../src/session/settings-key.ts');
    const other = anew.readSettings([undefined, undefined, undefined, { sealingKey: keyOf(7) }]);
    expect(other.key).not.toBe(key);
    expect(other.key?.length).toBe(key?.length);
  });
});
