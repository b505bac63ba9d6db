import { expect, test } from 'vitest';
import { softwareBiometry } from '../../src/biometry/software.ts';
import {
  buildBiometryConfiguration,
  PowerAuthBiometryConfiguration,
} from '../../src/model/power-auth-biometry-configuration.ts';
import { expectDefaults, expectObjectsOnly, expectWrongField, OPTIONAL } from '../helpers/wrong-fields.ts';
import { NO_BOOLEANS, NO_INSTANCES, type NamedValue } from '../helpers/wrong-values.ts';

const DEFAULTS = {
  linkItemsToCurrentSet: true,
  fallbackToDevicePasscode: false,
  confirmBiometricAuthentication: false,
  authenticateOnBiometricKeySetup: true,
  fallbackToSharedBiometryKey: true,
} as const;

test('defaults', () => {
  expectDefaults({
    type: PowerAuthBiometryConfiguration,
    build: buildBiometryConfiguration,
    defaults: DEFAULTS,
    other: { fallbackToDevicePasscode: true },
  });
});

test.each(Object.keys(DEFAULTS))('%s must be true or false, or left out', (field) => {
  expectWrongField(buildBiometryConfiguration, 'biometryConfiguration', field, OPTIONAL(NO_BOOLEANS));
});

test('a provider is passed on as it is, and must have a name and each of its methods', () => {
  const provider = softwareBiometry({ key: new Uint8Array(32).fill(1) });
  expect(buildBiometryConfiguration({ provider }).provider).toBe(provider);
  const whole = { name: 'x', info: () => 0, create: () => 0, authenticate: () => 0, remove: () => 0 };
  const wrong: NamedValue[] = [
    ...OPTIONAL(NO_INSTANCES),
    ...Object.keys(whole).map((name) => [`one without ${name}`, { ...whole, [name]: undefined }] as const),
    ['one without a name', { ...whole, name: '' }],
    ['one whose name is too long', { ...whole, name: 'x'.repeat(65) }],
  ];
  expectWrongField(buildBiometryConfiguration, 'biometryConfiguration', 'provider', wrong);
  buildBiometryConfiguration({ provider: { ...whole, name: 'x'.repeat(64) } as never });
});

test('anything but an object is refused', () => {
  expectObjectsOnly(buildBiometryConfiguration, 'biometryConfiguration');
});
