import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  buildConfiguration,
  PowerAuthConfiguration,
  type PowerAuthConfigurationType,
} from '../../src/model/power-auth-configuration.ts';
import { error } from '../helpers/error.ts';
import { expectObjectsOnly, expectWrongField } from '../helpers/wrong-fields.ts';
import { NO_STRINGS } from '../helpers/wrong-values.ts';

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

test('anything but an object is refused', () => {
  expectObjectsOnly(buildConfiguration, 'configuration');
});
