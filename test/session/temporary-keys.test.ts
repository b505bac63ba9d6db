import { describe, expect, onTestFinished, test } from 'vitest';
import { Server } from '../../src/net/server.ts';
import { importPublicKey } from '../../src/protocol/keys.ts';
import type { TemporaryKey } from '../../src/protocol/temporary-key.ts';
import {
  ActivationKey,
  ApplicationKey,
  dropKeysOf,
  temporaryKeyCounts,
} from '../../src/session/temporary-keys.ts';
import { hexDecode } from '../../src/util/bytes.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

/** A point of the curve: its generator (NIST SP 800-186, section 3.2.1.3). */
const GENERATOR = importPublicKey(
  hexDecode('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
);

const CONFIGURATION = {
  applicationKey: 'key',
  applicationSecret: 'secret',
  masterServerPublicKey: 'master',
  baseEndpointUrl: 'https://temporary-keys.example',
};
const key = (id: string, issuedAt = 0): TemporaryKey => ({
  id,
  publicKey: GENERATOR,
  issuedAt,
  expiresAt: issuedAt + 1000,
});
const aServer = (): Server => Object.create(Server.prototype) as Server;
const server = aServer();

/** The key of an application, given back after the test. */
function taken(configuration = CONFIGURATION, fetch?: object): ApplicationKey {
  const application = ApplicationKey.take(configuration, fetch);
  onTestFinished(() => application.release());
  return application;
}

test('an application at a server has one key, which its instances share', () => {
  const [one, two] = [taken(), taken()];
  expect(two).toBe(one);
  one.placeOf({}, server).keep(key('a'));
  expect(two.placeOf({}, server).known?.id).toBe('a');
});

describe('another key', () => {
  const fetches = [undefined, () => undefined, () => undefined];
  /** Each setting that makes an application another one. */
  const FIELDS = {
    applicationKey: ['key', 'other'],
    applicationSecret: ['secret', 'other'],
    masterServerPublicKey: ['master', 'other'],
    baseEndpointUrl: ['https://temporary-keys.example', 'https://other.example', 'https://other.example/x'],
  };
  /** Settings that have nothing to do with it. */
  const OTHERS = { offlineAuthenticationCodeComponentLength: 4 };
  const NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

  test.each(NAMES)('has another %s', (name) => {
    const keys = FIELDS[name].map((value) => taken({ ...CONFIGURATION, [name]: value }));
    expect(new Set(keys).size).toBe(keys.length);
  });

  // A function of its own may lead elsewhere.
  test('has another fetch', () => {
    const keys = fetches.map((fetch) => taken(CONFIGURATION, fetch));
    expect(new Set(keys).size).toBe(keys.length);
    expect(taken(CONFIGURATION, fetches[1])).toBe(keys[1]);
  });

  test(`has any of them, and nothing else (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const any = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const seen = new Map<string, ApplicationKey>();
    for (let round = 0; round < 200; round++) {
      const fetch = any(fetches);
      const chosen = Object.fromEntries(
        NAMES.map((name) => [name, any(FIELDS[name])]),
      ) as typeof CONFIGURATION;
      const key = taken({ ...chosen, ...(random() < 0.5 ? OTHERS : {}) }, fetch);
      const name = JSON.stringify([fetches.indexOf(fetch), chosen]);
      expect(key, name).toBe(seen.get(name) ?? key);
      seen.set(name, key);
    }
    expect(new Set(seen.values()).size).toBe(seen.size);
    expect(seen.size).toBeGreaterThan(20);
  });
});

test('an instance that failed with a key asks for another one, and takes it from nobody else', () => {
  const application = taken();
  const [doubter, other] = [application.placeOf({}, server), application.placeOf({}, server)];
  doubter.keep(key('a'));
  expect(other.known?.id).toBe('a');
  doubter.forget();
  expect([doubter.known, other.known?.id]).toEqual([undefined, 'a']);
  expect(application.placeOf({}, server).known, 'a new instance asks for another one, too').toBe(undefined);
  doubter.keep(key('b'));
  expect([doubter.known?.id, other.known?.id]).toEqual(['b', 'b']);
});

test('those who reach the server in the same way share a request', () => {
  const application = taken();
  const promise = Promise.resolve(key('a'));
  application.placeOf({}, server).fetching = promise;
  const [same, other] = [application.placeOf({}, server), application.placeOf({}, aServer())];
  expect([same.fetching === promise, other.fetching]).toEqual([true, undefined]);
  same.fetching = undefined;
  expect(application.placeOf({}, server).fetching).toBe(undefined);
});

test('a key goes with its last instance', () => {
  const before = temporaryKeyCounts().applications;
  const one = ApplicationKey.take({ ...CONFIGURATION, applicationKey: 'gone' });
  one.placeOf({}, server).keep(key('a'));
  ApplicationKey.take({ ...CONFIGURATION, applicationKey: 'gone' });
  one.release();
  expect(temporaryKeyCounts().applications).toBe(before + 1);
  one.release();
  expect(temporaryKeyCounts().applications).toBe(before);
  expect(taken({ ...CONFIGURATION, applicationKey: 'gone' }).placeOf({}, server).known).toBe(undefined);
});

test('an activation has its own, for one instance and as long as it is the same activation', () => {
  const instance = {};
  onTestFinished(() => dropKeysOf(instance));
  const place = new ActivationKey(instance, 'activation');
  place.keep(key('a'));
  expect(new ActivationKey(instance, 'activation').known).toEqual(key('a'));
  expect(new ActivationKey(instance, 'another').known).toBe(undefined);
  expect(new ActivationKey({}, 'activation').known).toBe(undefined);
  // Another activation's doubts are not about this key.
  new ActivationKey(instance, 'another').forget();
  expect(place.known?.id).toBe('a');
  place.forget();
  expect(place.known).toBe(undefined);
});

test('an instance that ends leaves none, and keys that have expired make room', () => {
  const before = temporaryKeyCounts().activations;
  const [old, young] = [{}, {}];
  new ActivationKey(old, 'a').keep(key('old', 1));
  expect(temporaryKeyCounts().activations).toBe(before + 1);
  dropKeysOf(old);
  expect(temporaryKeyCounts().activations).toBe(before);
  new ActivationKey(old, 'a').keep(key('old', 1));
  new ActivationKey(young, 'a').keep(key('young', 2 ** 50));
  expect(new ActivationKey(old, 'a').known).toBe(undefined);
  expect(new ActivationKey(young, 'a').known?.id).toBe('young');
  dropKeysOf(young);
});
