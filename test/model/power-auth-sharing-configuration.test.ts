import { expect, test } from 'vitest';
import {
  buildSharingConfiguration,
  PowerAuthSharingConfiguration,
} from '../../src/model/power-auth-sharing-configuration.ts';
import { expectObjectsOnly, expectWrongField, OPTIONAL } from '../helpers/wrong-fields.ts';
import { NO_STRINGS } from '../helpers/wrong-values.ts';

test('has no defaults but empty names', () => {
  const sharing = new PowerAuthSharingConfiguration('group', 'app', 'keychain');
  expect(buildSharingConfiguration(sharing)).toEqual(Object.fromEntries(Object.entries(sharing)));
  expect(new PowerAuthSharingConfiguration('group', 'app', 'keychain', 'mem')).toMatchObject({
    sharedMemoryIdentifier: 'mem',
  });
  expect(buildSharingConfiguration()).toEqual({ appGroup: '', appIdentifier: '', keychainAccessGroup: '' });
  expect(Object.isFrozen(buildSharingConfiguration(sharing))).toBe(true);
});

test.each(['appGroup', 'appIdentifier', 'keychainAccessGroup', 'sharedMemoryIdentifier'])(
  '%s must be a string, or left out',
  (field) => {
    expectWrongField(
      (settings) => buildSharingConfiguration(settings as never),
      'sharingConfiguration',
      field,
      OPTIONAL(NO_STRINGS),
    );
  },
);

test('anything but an object is refused', () => {
  expectObjectsOnly(buildSharingConfiguration, 'sharingConfiguration');
});
