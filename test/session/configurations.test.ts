import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { argumentsAsObjects, buildConfigurations } from '../../src/session/configurations.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const { INSUFFICIENT_KEYCHAIN_PROTECTION, WRONG_PARAMETER } = PowerAuthErrorCode;
const KEY = Buffer.alloc(16, 1).toString('base64');
/** The base point of P-256, compressed. */
const MASTER_KEY = Buffer.from(
  '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  'hex',
).toString('base64');
const URL = 'https://bank.example/enrollment';
const CONFIGURATION = {
  applicationKey: KEY,
  applicationSecret: KEY,
  masterServerPublicKey: MASTER_KEY,
  baseEndpointUrl: URL,
};

test('both forms of the arguments come to the same', () => {
  const ofTexts = buildConfigurations([KEY, KEY, MASTER_KEY, URL, true]);
  expect(ofTexts).toEqual(buildConfigurations([CONFIGURATION, { enableUnsecureTraffic: true }]));
  expect(ofTexts.clientConfiguration.enableUnsecureTraffic).toBe(true);
  expect(buildConfigurations([KEY, KEY, MASTER_KEY, URL])).toEqual(buildConfigurations([CONFIGURATION]));
});

test('objects are passed on, whatever they are', () => {
  for (const args of [[], [undefined], [CONFIGURATION, null, 5], [5]])
    expect(argumentsAsObjects(args)).toBe(args);
});

test('missing ones have their defaults, and all are frozen', () => {
  const configurations = buildConfigurations([CONFIGURATION]);
  expect(Object.keys(configurations)).toEqual([
    'configuration',
    'clientConfiguration',
    'biometryConfiguration',
    'keychainConfiguration',
    'sharingConfiguration',
  ]);
  for (const [name, value] of Object.entries(configurations)) expect(Object.isFrozen(value), name).toBe(true);
  expect(configurations.clientConfiguration.readTimeout).toBe(20);
});

test.each([
  [[undefined], /^configuration: expected/],
  [[CONFIGURATION, 5], /^clientConfiguration: expected/],
  [[CONFIGURATION, {}, 5], /^biometryConfiguration: expected/],
  [[CONFIGURATION, {}, {}, 5], /^keychainConfiguration: expected/],
  [[CONFIGURATION, {}, {}, {}, 5], /^sharingConfiguration: expected/],
  [[KEY, 5, MASTER_KEY, URL], /^configuration\.applicationSecret: expected/],
  [[KEY, KEY, MASTER_KEY, URL, 'yes'], /^clientConfiguration\.enableUnsecureTraffic: expected true or false/],
] as const)('a wrong one is named: %j', (args, message) => {
  expect(() => buildConfigurations(args)).toThrow(expect.objectContaining(error(WRONG_PARAMETER, message)));
});

test.each(['HARDWARE', 'STRONGBOX'])('no runtime has the protection %s', (protection) => {
  expect(() =>
    buildConfigurations([CONFIGURATION, {}, {}, { minimalRequiredKeychainProtection: protection }]),
  ).toThrow(
    expect.objectContaining(
      error(
        INSUFFICIENT_KEYCHAIN_PROTECTION,
        new RegExp(`minimalRequiredKeychainProtection: ${protection} `),
      ),
    ),
  );
});

test.each(['NONE', 'SOFTWARE'] as const)('every runtime has the protection %s', (protection) => {
  const { keychainConfiguration } = buildConfigurations([
    CONFIGURATION,
    {},
    {},
    { minimalRequiredKeychainProtection: protection },
  ]);
  expect(keychainConfiguration.minimalRequiredKeychainProtection).toBe(protection);
});

test('a storage that several machines share needs a sealing key', () => {
  const storage = { ...storageLike(memoryStorage(), { name: 'redis' }), needsSealingKey: true };
  expect(() => buildConfigurations([CONFIGURATION, {}, {}, { storage }])).toThrow(
    expect.objectContaining(
      error(
        WRONG_PARAMETER,
        /^keychainConfiguration\.sealingKey: the redis storage needs one.*got undefined$/,
      ),
    ),
  );
  const sealingKey = new Uint8Array(32).fill(7);
  expect(
    buildConfigurations([CONFIGURATION, {}, {}, { storage, sealingKey }]).keychainConfiguration,
  ).toMatchObject({
    storage,
  });
  buildConfigurations([CONFIGURATION, {}, {}, { storage: { ...storage, needsSealingKey: false } }]);
});
