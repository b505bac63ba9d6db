import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  buildKeychainConfiguration,
  PowerAuthKeychainProtection,
} from '../../src/model/power-auth-keychain-configuration.ts';
import { PowerAuthKeychainConfiguration } from '../../src/model/power-auth-keychain-configuration-class.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import {
  expectDefaults,
  expectObjectsOnly,
  expectWrongField,
  NO_ITERATIONS,
  OPTIONAL,
} from '../helpers/wrong-fields.ts';
import { NO_INSTANCES, NO_STRINGS, type NamedValue } from '../helpers/wrong-values.ts';

test('defaults', () => {
  expectDefaults({
    type: PowerAuthKeychainConfiguration,
    build: buildKeychainConfiguration,
    defaults: { minimalRequiredKeychainProtection: 'NONE', pbkdf2Iterations: 600_000 },
    other: { minimalRequiredKeychainProtection: PowerAuthKeychainProtection.STRONGBOX },
  });
});

test.each<readonly [string, readonly NamedValue[]]>([
  ['accessGroupName', OPTIONAL(NO_STRINGS)],
  ['userDefaultsSuiteName', OPTIONAL(NO_STRINGS)],
  ['minimalRequiredKeychainProtection', OPTIONAL(NO_INSTANCES)],
  ['storage', OPTIONAL(NO_INSTANCES)],
  ['sealingKey', OPTIONAL(NO_INSTANCES)],
  ['pbkdf2Iterations', OPTIONAL(NO_ITERATIONS)],
])('wrong values of %s are refused', (field, values) => {
  expectWrongField(buildKeychainConfiguration, 'keychainConfiguration', field, values);
});

test.each([10_000, 10_000_000])('takes %i iterations', (pbkdf2Iterations) => {
  expect(buildKeychainConfiguration({ pbkdf2Iterations }).pbkdf2Iterations).toBe(pbkdf2Iterations);
});

test('the sealing key is there, as it was given, and nothing prints it', () => {
  const sealingKey = new Uint8Array(32).fill(0xab);
  const storage = memoryStorage();
  const made = new PowerAuthKeychainConfiguration({ storage, sealingKey });
  for (const configuration of [made, buildKeychainConfiguration(made)]) {
    expect(configuration.sealingKey).toBe(sealingKey);
    expect(configuration.storage).toBe(storage);
    const shown = JSON.stringify(configuration) + inspect(configuration, { showHidden: true, getters: true });
    expect(shown).not.toMatch(/171, *171|abab/i);
  }
  // Through a proxy, as Vue makes one.
  expect(new Proxy(made, {}).sealingKey).toBe(sealingKey);
});

test('anything but an object is refused', () => {
  expectObjectsOnly(buildKeychainConfiguration, 'keychainConfiguration');
});
