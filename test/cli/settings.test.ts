/** Options, the environment, and secrets typed by mistake. */
import { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  assertNoSecretTyped,
  commonOptions,
  hasPassword,
  variableOf,
  withEnvironment,
} from '../../src/cli/settings.ts';

test('each common option has a variable of its name', () => {
  expect(commonOptions().map(variableOf)).toEqual([
    'POWERAUTH_CONFIG',
    'POWERAUTH_BASE_URL',
    'POWERAUTH_INSTANCE',
    'POWERAUTH_STORE',
    'POWERAUTH_STORE_FILE',
    'POWERAUTH_SEALING_KEY',
    'POWERAUTH_INSECURE_HTTP',
    'POWERAUTH_DRY_RUN',
    'POWERAUTH_JSON',
    'POWERAUTH_QUIET',
    'POWERAUTH_VERBOSE',
  ]);
});

describe('an argument comes before its variable', () => {
  const options = [new Option('--store <url>'), new Option('--json')];

  test.each([
    [{ store: 'a' }, { POWERAUTH_STORE: 'b' }, { store: 'a' }],
    [{}, { POWERAUTH_STORE: 'b', POWERAUTH_JSON: 'yes' }, { store: 'b', json: true }],
    [{ json: true }, { POWERAUTH_JSON: '0' }, { json: true }],
    [{}, { POWERAUTH_STORE: '', POWERAUTH_JSON: 'False' }, { json: false }],
  ])('%j, %j', (given, env, expected) => {
    expect(withEnvironment(options, given, env)).toEqual(expected);
  });

  test('a switch that is neither on nor off is refused', () => {
    expect(() => withEnvironment(options, {}, { POWERAUTH_JSON: 'maybe' })).toThrow(
      /POWERAUTH_JSON: expected 1 or 0/,
    );
  });
});

test.each([
  ['redis://:secret@host', true],
  ['redis://user:secret@host/0', true],
  ['postgres://user:@host', true],
  ['postgres://host/db?user=a&password=secret', true],
  ['postgres://host/db?sslPassword=x', true],
  ['redis://user@host:6379/0', false],
  ['postgres://user@host:5432/db?sslmode=verify-full&sslkey=/etc/key', false],
  ['sqlite:/a:b@c', false],
  ['redis://:pa/ss@host', true],
  ['redis://:pa?s#s@host', true],
])('%s: has a password is %s', (url, expected) => {
  expect(hasPassword(url)).toBe(expected);
  const check = (): void => assertNoSecretTyped({ store: url });
  if (expected) expect(check).toThrow(/^--store: expected a URL without a password(?!.*secret@)/);
  else expect(check).not.toThrow();
});
