import { describe, expect, test } from 'vitest';
import {
  buildBiometryConfiguration,
  buildClientConfiguration,
  buildConfiguration,
  buildKeychainConfiguration,
  buildSharingConfiguration,
  PowerAuth,
  PowerAuthBiometryConfiguration,
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  PowerAuthClientConfiguration,
  PowerAuthConfiguration,
  PowerAuthErrorCode,
  PowerAuthKeychainConfiguration,
  PowerAuthKeychainProtection,
  PowerAuthSharingConfiguration,
  type PowerAuthConfigurationType,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import {
  NO_BOOLEANS,
  NO_INSTANCES,
  NO_NUMBERS,
  NO_STRINGS,
  type NamedValue,
} from '../helpers/wrong-values.ts';

const APPLICATION_KEY = Buffer.alloc(16, 1).toString('base64');
const APPLICATION_SECRET = Buffer.alloc(16, 2).toString('base64');
/** The base point of P-256, compressed. */
const MASTER_KEY = Buffer.from(
  '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  'hex',
).toString('base64');
const URL = 'https://bank.example/enrollment';
const CONFIGURATION: PowerAuthConfigurationType = {
  applicationKey: APPLICATION_KEY,
  applicationSecret: APPLICATION_SECRET,
  masterServerPublicKey: MASTER_KEY,
  baseEndpointUrl: URL,
};

const DEFAULTS = {
  client: {
    enableUnsecureTraffic: false,
    connectionTimeout: 20,
    readTimeout: 20,
    customHttpHeaders: null,
    basicHttpAuthentication: null,
  },
  biometry: {
    linkItemsToCurrentSet: true,
    fallbackToDevicePasscode: false,
    confirmBiometricAuthentication: false,
    authenticateOnBiometricKeySetup: true,
    fallbackToSharedBiometryKey: true,
  },
  keychain: { minimalRequiredKeychainProtection: 'NONE', pbkdf2Iterations: 600_000 },
} as const;

describe('defaults', () => {
  test.each([
    ['client', PowerAuthClientConfiguration, buildClientConfiguration, { readTimeout: 5 }],
    [
      'biometry',
      PowerAuthBiometryConfiguration,
      buildBiometryConfiguration,
      { fallbackToDevicePasscode: true },
    ],
    [
      'keychain',
      PowerAuthKeychainConfiguration,
      buildKeychainConfiguration,
      { minimalRequiredKeychainProtection: PowerAuthKeychainProtection.STRONGBOX },
    ],
  ] as const)('of the %s configuration', (name, type, build, other) => {
    expect(type.default()).toEqual(DEFAULTS[name]);
    expect(build()).toEqual(DEFAULTS[name]);
    expect(build(undefined)).toEqual(DEFAULTS[name]);
    const made = new type();
    expect(Object.fromEntries(Object.entries(made))).toEqual(DEFAULTS[name]);
    expect(build(made)).toEqual(DEFAULTS[name]);
    expect((build as (input: object) => object)(other)).toEqual({ ...DEFAULTS[name], ...other });
    for (const frozen of [type.default(), build(), build(made)]) expect(Object.isFrozen(frozen)).toBe(true);
    expect(Object.isFrozen(made)).toBe(false);
  });

  test('there are none of the others', () => {
    const made = new PowerAuthConfiguration(APPLICATION_KEY, APPLICATION_SECRET, MASTER_KEY, URL);
    expect(Object.fromEntries(Object.entries(made))).toEqual(CONFIGURATION);
    expect(buildConfiguration(made)).toEqual(CONFIGURATION);
    expect(Object.isFrozen(buildConfiguration(made))).toBe(true);
    const sharing = new PowerAuthSharingConfiguration('group', 'app', 'keychain');
    expect(buildSharingConfiguration(sharing)).toEqual(Object.fromEntries(Object.entries(sharing)));
    expect(new PowerAuthSharingConfiguration('group', 'app', 'keychain', 'mem')).toMatchObject({
      sharedMemoryIdentifier: 'mem',
    });
    expect(buildSharingConfiguration()).toEqual({ appGroup: '', appIdentifier: '', keychainAccessGroup: '' });
  });

  test('objects of the classes can be changed and passed on', async () => {
    const server = await testServer();
    const client = new PowerAuthClientConfiguration();
    client.enableUnsecureTraffic = true;
    client.readTimeout = 5;
    client.customHttpHeaders = [{ name: 'X-Test', value: 'yes' }];
    client.basicHttpAuthentication = { username: 'bank', password: 'app' };
    const biometry = new PowerAuthBiometryConfiguration();
    biometry.linkItemsToCurrentSet = false;
    const keychain = new PowerAuthKeychainConfiguration({ storage: memoryStorage() });
    keychain.accessGroupName = 'group';
    const powerAuth = new PowerAuth('configurations-1');
    await powerAuth.configure(server.configuration, client, biometry, keychain);
    client.readTimeout = 6;
    expect(powerAuth.clientConfiguration).toMatchObject({ readTimeout: 5, connectionTimeout: 20 });
    expect(powerAuth.biometryConfiguration).toEqual({ ...DEFAULTS.biometry, linkItemsToCurrentSet: false });
    expect(powerAuth.keychainConfiguration).toMatchObject({ accessGroupName: 'group' });
    expect(powerAuth.sharingConfiguration).toEqual(buildSharingConfiguration());
    await powerAuth.deconfigure();
  });

  test('the runtime is taken where nothing else is given', async () => {
    const { powerAuth } = await activated();
    expect(powerAuth.clientConfiguration?.fetch).toBeUndefined();
    expect(powerAuth.clientConfiguration?.clock).toBeUndefined();
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
  });
});

describe('wrong values', () => {
  const builders = {
    configuration: (settings: object) => buildConfiguration({ ...CONFIGURATION, ...settings }),
    clientConfiguration: buildClientConfiguration,
    biometryConfiguration: buildBiometryConfiguration,
    keychainConfiguration: buildKeychainConfiguration,
    sharingConfiguration: buildSharingConfiguration,
  };
  const OPTIONAL = (values: readonly NamedValue[]) => values.filter(([, value]) => value !== undefined);
  const NO_OBJECTS = NO_INSTANCES.filter(
    ([, value]) => (value ?? undefined) !== undefined && typeof value !== 'object',
  );
  const NO_SECONDS: readonly NamedValue[] = [
    ...NO_NUMBERS,
    ['0', 0],
    ['-1', -1],
    ['NaN', NaN],
    ['2 days', 172_800],
  ];
  const NO_ITERATIONS: readonly NamedValue[] = [
    ...NO_NUMBERS,
    ...[NaN, Infinity, -600_000, 0, 9_999, 10_000.5, 10_000_001].map((n) => [String(n), n] as const),
  ];
  const NO_NULLABLE = OPTIONAL(NO_INSTANCES).filter(([, value]) => value !== null);

  test.each<readonly [keyof typeof builders, string, readonly NamedValue[]]>([
    ['configuration', 'applicationKey', NO_STRINGS],
    ['configuration', 'applicationSecret', NO_STRINGS],
    ['configuration', 'masterServerPublicKey', NO_STRINGS],
    ['configuration', 'baseEndpointUrl', NO_STRINGS],
    ['clientConfiguration', 'enableUnsecureTraffic', OPTIONAL(NO_BOOLEANS)],
    ['clientConfiguration', 'connectionTimeout', OPTIONAL(NO_SECONDS)],
    ['clientConfiguration', 'readTimeout', OPTIONAL(NO_SECONDS)],
    ['clientConfiguration', 'customHttpHeaders', NO_NULLABLE],
    ['clientConfiguration', 'basicHttpAuthentication', NO_NULLABLE],
    [
      'clientConfiguration',
      'fetch',
      OPTIONAL(NO_INSTANCES).filter(([, value]) => typeof value !== 'function'),
    ],
    ['clientConfiguration', 'clock', OPTIONAL(NO_INSTANCES)],
    ['clientConfiguration', 'engine', OPTIONAL(NO_INSTANCES)],
    ...Object.keys(DEFAULTS.biometry).map(
      (field) => ['biometryConfiguration', field, OPTIONAL(NO_BOOLEANS)] as const,
    ),
    ['keychainConfiguration', 'accessGroupName', OPTIONAL(NO_STRINGS)],
    ['keychainConfiguration', 'userDefaultsSuiteName', OPTIONAL(NO_STRINGS)],
    ['keychainConfiguration', 'minimalRequiredKeychainProtection', OPTIONAL(NO_INSTANCES)],
    ['keychainConfiguration', 'storage', OPTIONAL(NO_INSTANCES)],
    ['keychainConfiguration', 'sealingKey', OPTIONAL(NO_INSTANCES)],
    ['keychainConfiguration', 'pbkdf2Iterations', OPTIONAL(NO_ITERATIONS)],
    ['sharingConfiguration', 'appGroup', OPTIONAL(NO_STRINGS)],
    ['sharingConfiguration', 'appIdentifier', OPTIONAL(NO_STRINGS)],
    ['sharingConfiguration', 'keychainAccessGroup', OPTIONAL(NO_STRINGS)],
    ['sharingConfiguration', 'sharedMemoryIdentifier', OPTIONAL(NO_STRINGS)],
  ])('%s.%s', (configuration, field, values) => {
    const build = builders[configuration] as (settings: object) => unknown;
    for (const [name, value] of values) {
      const expected = error(
        PowerAuthErrorCode.WRONG_PARAMETER,
        new RegExp(`^${configuration}(\\.${field}|: expected)`),
      );
      expect(() => build({ [field]: value }), name).toThrow(expect.objectContaining(expected));
    }
  });

  test.each([
    'https://user:hunter2@bank.example/',
    'https://hunter2@bank.example/',
    'https://bank.example/?tenant=hunter2',
    'https://bank.example/?',
    'https://bank.example/#hunter2',
    'https://bank.example/hunter2 ',
    'ftp://bank.example/hunter2',
    'hunter2',
  ])('the base URL %s, which is in no message', (baseEndpointUrl) => {
    const build = () => buildConfiguration({ ...CONFIGURATION, baseEndpointUrl });
    expect(build).toThrow(
      expect.objectContaining(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /^configuration\.baseEndpointUrl: expected an http/),
      ),
    );
    expect(build).not.toThrow('hunter2');
  });

  test.each(Object.keys(builders) as (keyof typeof builders)[])('no object for %s', (configuration) => {
    const build = { ...builders, configuration: buildConfiguration }[configuration] as (
      settings: unknown,
    ) => unknown;
    for (const [name, value] of NO_OBJECTS) {
      expect(() => build(value), name).toThrow(
        expect.objectContaining(
          error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${configuration}: expected`)),
        ),
      );
    }
  });
});

test('the names of biometry are values and types', () => {
  const kinds: PowerAuthBiometryType[] = ['NONE', 'GENERIC', 'FINGERPRINT', 'FACE', 'IRIS'];
  expect(Object.entries(PowerAuthBiometryType)).toEqual(kinds.map((kind) => [kind, kind]));
  const states: PowerAuthBiometryStatus[] = [
    'OK',
    'NOT_SUPPORTED',
    'NOT_ENROLLED',
    'NOT_AVAILABLE',
    'LOCKOUT',
  ];
  expect(Object.entries(PowerAuthBiometryStatus)).toEqual(states.map((state) => [state, state]));
});
