import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { PowerAuthAlgorithm } from '../../src/model/power-auth-algorithm.ts';
import {
  buildConfiguration,
  PowerAuthConfiguration,
  type PowerAuthConfigurationType,
} from '../../src/model/power-auth-configuration.ts';
import { error } from '../helpers/error.ts';
import { expectObjectsOnly, expectWrongField } from '../helpers/wrong-fields.ts';
import { vectors } from '../helpers/vectors.ts';
import { NO_NUMBERS, NO_STRINGS, type NamedValue } from '../helpers/wrong-values.ts';

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
const build = (settings: object) => buildConfiguration({ ...CONFIGURATION, ...settings });

test('has no defaults', () => {
  const made = new PowerAuthConfiguration(APPLICATION_KEY, APPLICATION_SECRET, MASTER_KEY, URL);
  expect(Object.fromEntries(Object.entries(made))).toEqual(CONFIGURATION);
  expect(buildConfiguration(made)).toEqual(CONFIGURATION);
  expect(Object.isFrozen(buildConfiguration(made))).toBe(true);
});

test.each(Object.keys(CONFIGURATION))('%s must be a string', (field) => {
  expectWrongField(build, 'configuration', field, NO_STRINGS);
});

test.each([
  ['applicationKey', Buffer.alloc(15).toString('base64')],
  ['applicationKey', Buffer.alloc(17).toString('base64')],
  ['applicationSecret', ''],
  ['applicationSecret', '!'],
  ['masterServerPublicKey', ''],
  ['masterServerPublicKey', '!'],
  ['masterServerPublicKey', Buffer.alloc(33, 2).toString('base64').slice(4)],
  ['masterServerPublicKey', Buffer.alloc(33, 5).toString('base64')],
])('the %s %j is refused', (field, value) => {
  expect(() => build({ [field]: value })).toThrow(
    expect.objectContaining(
      error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^configuration\\.${field}: expected Base64 of `)),
    ),
  );
});

test.each([
  'http://127.0.0.1:8080',
  'https://bank.example',
  'https://bank.example/a/b/',
  'HTTPS://BANK.example',
])('the base URL %s is kept as it is', (baseEndpointUrl) => {
  expect(build({ baseEndpointUrl }).baseEndpointUrl).toBe(baseEndpointUrl);
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
  const building = () => build({ baseEndpointUrl });
  expect(building).toThrow(
    expect.objectContaining(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^configuration\.baseEndpointUrl: expected an http/),
    ),
  );
  expect(building).not.toThrow('hunter2');
});

describe('in one string', () => {
  const { configuration, ...values } = vectors<{
    decoded: Record<string, string> & { configuration: string };
  }>('published/sdk-configuration.json').decoded;
  const inOneString = (settings: object) =>
    buildConfiguration({ configuration, baseEndpointUrl: URL, ...settings });

  test('has the values of its string, as a class and as an object', () => {
    const made = new PowerAuthConfiguration(configuration, URL);
    expect(made).toMatchObject({ ...values, baseEndpointUrl: URL });
    const built = { ...values, configuration, baseEndpointUrl: URL };
    expect(buildConfiguration(made)).toEqual(built);
    expect(inOneString({})).toEqual(built);
    expect(Object.isFrozen(inOneString({}))).toBe(true);
  });

  test('takes algorithm and number of digits', () => {
    const made = new PowerAuthConfiguration(configuration, URL, PowerAuthAlgorithm.LEGACY, 6);
    const more = { algorithm: 'legacy', offlineAuthenticationCodeComponentLength: 6 };
    expect(buildConfiguration(made)).toMatchObject({ ...values, ...more });
    expect(build(more)).toMatchObject(more);
    expect(new PowerAuthConfiguration(configuration, URL, undefined, undefined)).toMatchObject(values);
  });

  test('counts even if the values were set afterwards to others', () => {
    const made = new PowerAuthConfiguration(configuration, URL);
    made.applicationKey = APPLICATION_KEY;
    expect(buildConfiguration(made)).toMatchObject(values);
  });

  test.each<NamedValue>([
    ...NO_STRINGS.filter(([, value]) => value !== undefined),
    ['another value', APPLICATION_KEY],
  ])('%s as string is refused by its name', (_, value) => {
    expectWrongField(inOneString, 'configuration', 'configuration', [['it', value]]);
    const made = new PowerAuthConfiguration(value as string, URL);
    expect(() => buildConfiguration(made)).toThrow(/^configuration\.configuration: expected /);
  });

  test.each(['p384', 'p384l3', '', 1, null])('the algorithm %j is refused', (algorithm) => {
    expectWrongField(inOneString, 'configuration', 'algorithm', [['it', algorithm]]);
    const made = new PowerAuthConfiguration(configuration, URL, algorithm as 'legacy', undefined);
    if (typeof algorithm === 'string' && algorithm !== '')
      expect(() => buildConfiguration(made)).toThrow(/^configuration\.algorithm: expected 'legacy'/);
  });

  test('digits are 4 to 8', () => {
    const wrong = [...NO_NUMBERS.filter(([, value]) => value !== undefined)];
    for (const digits of [3, 9, 4.5, NaN]) wrong.push([String(digits), digits]);
    expectWrongField(inOneString, 'configuration', 'offlineAuthenticationCodeComponentLength', wrong);
  });

  test('is not what four values are whose last one is missing', () => {
    const made = new PowerAuthConfiguration(
      APPLICATION_KEY,
      APPLICATION_SECRET,
      MASTER_KEY,
      undefined as unknown as string,
    );
    expect(() => buildConfiguration(made)).toThrow(/^configuration\.baseEndpointUrl: expected an http/);
  });
});

test('anything but an object is refused', () => {
  expectObjectsOnly(buildConfiguration, 'configuration');
});
