import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  buildBiometryConfiguration,
  buildSharingConfiguration,
  PowerAuth,
  PowerAuthBiometryConfiguration,
  PowerAuthKeychainConfiguration,
} from '../../src/index.ts';
import { buildClientConfiguration } from '../../src/model/power-auth-client-configuration.ts';
import { PowerAuthClientConfiguration } from '../../src/model/power-auth-client-configuration-class.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated, testServer } from '../helpers/client.ts';
import {
  expectDefaults,
  expectObjectsOnly,
  expectWrongField,
  NO_NULLABLE,
  NO_SECONDS,
  OPTIONAL,
} from '../helpers/wrong-fields.ts';
import { NO_BOOLEANS, NO_INSTANCES, type NamedValue } from '../helpers/wrong-values.ts';

test('defaults', () => {
  expectDefaults({
    type: PowerAuthClientConfiguration,
    build: buildClientConfiguration,
    defaults: {
      enableUnsecureTraffic: false,
      connectionTimeout: 20,
      readTimeout: 20,
      customHttpHeaders: null,
      basicHttpAuthentication: null,
    },
    other: { readTimeout: 5 },
  });
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
  expect(powerAuth.biometryConfiguration).toEqual({
    ...buildBiometryConfiguration(),
    linkItemsToCurrentSet: false,
  });
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

test.each<readonly [string, readonly NamedValue[]]>([
  ['enableUnsecureTraffic', OPTIONAL(NO_BOOLEANS)],
  ['connectionTimeout', OPTIONAL(NO_SECONDS)],
  ['readTimeout', OPTIONAL(NO_SECONDS)],
  ['customHttpHeaders', NO_NULLABLE],
  ['basicHttpAuthentication', NO_NULLABLE],
  ['fetch', OPTIONAL(NO_INSTANCES).filter(([, value]) => typeof value !== 'function')],
  ['clock', OPTIONAL(NO_INSTANCES)],
  ['engine', OPTIONAL(NO_INSTANCES)],
])('wrong values of %s are refused', (field, values) => {
  expectWrongField(buildClientConfiguration, 'clientConfiguration', field, values);
});

test('credentials are there, and nothing prints them', () => {
  const customHttpHeaders = [{ name: 'X-Key', value: 'geheim' }];
  const basicHttpAuthentication = { username: 'bank', password: 'geheim' };
  const made = Object.assign(new PowerAuthClientConfiguration(), {
    customHttpHeaders,
    basicHttpAuthentication,
  });
  for (const configuration of [made, buildClientConfiguration(made)]) {
    expect(configuration.customHttpHeaders).toEqual(customHttpHeaders);
    expect(configuration.basicHttpAuthentication).toEqual(basicHttpAuthentication);
    const shown = JSON.stringify(configuration) + inspect(configuration, { showHidden: true, getters: true });
    expect(shown).not.toContain('geheim');
  }
});

test('what is built shares nothing with what was given', () => {
  const customHttpHeaders = [{ name: 'X-Key', value: 'old' }];
  const built = buildClientConfiguration({ customHttpHeaders });
  customHttpHeaders.push({ name: 'X-Other', value: 'new' });
  for (const header of customHttpHeaders) header.value = 'new';
  expect(built.customHttpHeaders).toEqual([{ name: 'X-Key', value: 'old' }]);
  expect(() => built.customHttpHeaders?.push({ name: 'X', value: 'y' })).toThrow(TypeError);
});

test('anything but an object is refused', () => {
  expectObjectsOnly(buildClientConfiguration, 'clientConfiguration');
});
