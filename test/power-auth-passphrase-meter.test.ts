import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  PinTestIssue,
  PowerAuthErrorCode,
  PowerAuthPassphraseMeter,
  PowerAuthPassword,
} from '../src/index.ts';
import { usePassword } from '../src/model/power-auth-password.ts';
import { anyPin } from './helpers/digits.ts';
import { error } from './helpers/error.ts';
import { seed } from './helpers/seed.ts';
import { NO_INSTANCES } from './helpers/wrong-values.ts';

const { NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED } = PinTestIssue;
const ORDER = [NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED];

async function passwordOf(text: string): Promise<PowerAuthPassword> {
  const password = new PowerAuthPassword();
  for (const character of text) await password.addCharacter(character);
  return password;
}

describe('what the React Native SDK says of PINs is said here', () => {
  test.each<readonly [string, boolean, readonly PinTestIssue[]]>([
    ['1357', true, [PATTERN_FOUND]],
    ['2468', true, [PATTERN_FOUND]],
    ['4321', true, [PATTERN_FOUND]],
    ['9753', false, [PATTERN_FOUND]],
    ['97531', false, [PATTERN_FOUND]],
    ['1990', false, [POSSIBLY_DATE]],
    ['1112', true, [NOT_UNIQUE]],
    ['11122', true, [NOT_UNIQUE]],
    ['111113', true, [NOT_UNIQUE]],
    ['1111', true, ORDER],
  ])('%s', async (text, shouldWarnUserAboutWeakPin, issues) => {
    const result = await PowerAuthPassphraseMeter.testPin(text);
    expect(result.shouldWarnUserAboutWeakPin).toBe(shouldWarnUserAboutWeakPin);
    expect(result.issues).toEqual(expect.arrayContaining([...issues]));
  });

  test.each(['9562', '79123781', '1092', '7710', '0680'])('%s is a good one', async (text) => {
    expect(await PowerAuthPassphraseMeter.testPin(text)).toEqual({
      shouldWarnUserAboutWeakPin: false,
      issues: [],
    });
  });
});

describe('a PowerAuthPassword', () => {
  test('is tested as a string is, and not used up', async () => {
    await fc.assert(
      fc.asyncProperty(anyPin, async (text) => {
        const password = await passwordOf(text);
        const expected = await PowerAuthPassphraseMeter.testPin(text);
        expect(await PowerAuthPassphraseMeter.testPin(password)).toEqual(expected);
        expect(await password.testPinStrength()).toEqual(expected);
        expect(await password.length()).toBe(text.length);
      }),
      { seed, numRuns: 50 },
    );
  });

  test('that is used up is no PIN', async () => {
    const password = await passwordOf('1234');
    await usePassword(password, async () => undefined);
    await expect(PowerAuthPassphraseMeter.testPin(password)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT),
    );
    await expect(password.testPinStrength()).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^pin/),
    );
  });
});

describe('anything that is not a PIN', () => {
  const texts = ['', '123', '123a', 'abcd', '12 34', '-1234', '1234.', '0x1f', '１２３４', '١٢٣٤', '1234\0'];

  test.each(texts)('%j', async (text) => {
    const refused = error(
      PowerAuthErrorCode.WRONG_PARAMETER,
      /^pin: expected 4 digits or more, got something else$/,
    );
    await expect(PowerAuthPassphraseMeter.testPin(text)).rejects.toMatchObject(refused);
    const password = await passwordOf(text);
    await expect(PowerAuthPassphraseMeter.testPin(password)).rejects.toMatchObject(refused);
    await expect(password.testPinStrength()).rejects.toMatchObject(refused);
  });

  test('half of a surrogate pair', async () => {
    await expect(PowerAuthPassphraseMeter.testPin('\uD83D123')).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^pin: expected well-formed text/),
    );
  });

  test.each(NO_INSTANCES.filter(([, value]) => typeof value !== 'string'))('%s', async (_, value) => {
    await expect(PowerAuthPassphraseMeter.testPin(value as string)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^pin: expected/),
    );
  });
});
