import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  PinTestIssue,
  PowerAuthErrorCode,
  PowerAuthPassphraseMeter,
  PowerAuthPassword,
  type PinTestResult,
} from '../src/index.ts';
import { usePassword } from '../src/model/power-auth-password.ts';
import { error } from './helpers/error.ts';
import { seed } from './helpers/seed.ts';
import { NO_INSTANCES } from './helpers/wrong-values.ts';

const { NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED } = PinTestIssue;
const ORDER = [NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED];

const issuesOf = async (pin: string): Promise<PinTestIssue[]> =>
  (await PowerAuthPassphraseMeter.testPin(pin)).issues;

async function passwordOf(text: string): Promise<PowerAuthPassword> {
  const password = new PowerAuthPassword();
  for (const character of text) await password.addCharacter(character);
  return password;
}

const digit = fc.nat(9);
const pin = fc.array(digit, { minLength: 4, maxLength: 12, size: 'max' }).map((digits) => digits.join(''));

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

describe('each rule', () => {
  test.each<readonly [PinTestIssue, readonly string[], readonly string[]]>([
    [
      NOT_UNIQUE,
      ['1313', '7007', '11122', '123123', '12312312', '1231231231'],
      ['1123', '11123', '123412', '12341234'],
    ],
    [
      REPEATING_CHARS,
      ['1110', '0111', '1122', '11223', '945551', '1222'],
      ['1123', '1233', '1212', '112345', '11234'],
    ],
    [
      PATTERN_FOUND,
      [
        ...['1234', '7890', '8901', '0246', '1470', '3692', '123489', '71234', '98765431'],
        ...[
          '1221',
          '12321',
          '123321',
          '1212',
          '145145',
          '12341234',
          '2580',
          '0852',
          '147258',
          '159753',
          '3214560852',
        ],
      ],
      ['1243', '1230', '123589', '1258', '2587', '0742', '14725', '159752', '124578'],
    ],
    [
      POSSIBLY_DATE,
      [
        ...['0304', '3101', '0131', '2902', '1900', '2099', '2512', '1225'],
        ...['150990', '091590', '900915', '290200', '121990', '199012', '311299'],
        ...['16021998', '02161998', '19980216', '29022000', '28022001', '12312000'],
      ],
      [
        ...['1313', '0028', '1287', '3002', '3102', '3104', '3106', '0000', '0100', '1899', '2100', '25120'],
        ...['151590', '001297', '290233', '310490', '131990', '189912'],
        ...['41121987', '29022001', '29021900', '31041998', '01012100', '1602199'],
      ],
    ],
    [
      FREQUENTLY_USED,
      ['0000', '99999', '7777777777777', '1234', '2580', '1004', '12345', '123456', '159753', '12345678'],
      ['1243', '9753', '97531', '123458', '5193'],
    ],
  ])('%s', async (issue, found, notFound) => {
    for (const text of found) expect(await issuesOf(text), text).toContain(issue);
    for (const text of notFound) {
      expect(await issuesOf(text), text).not.toContain(issue);
    }
  });

  test('of a PIN of 6 digits or more is worth a warning, of a shorter one not each', async () => {
    await fc.assert(
      fc.asyncProperty(pin, async (text) => {
        const { shouldWarnUserAboutWeakPin, issues } = await PowerAuthPassphraseMeter.testPin(text);
        expect(issues).toEqual(ORDER.filter((issue) => issues.includes(issue)));
        const grave = issues.includes(NOT_UNIQUE) || issues.includes(FREQUENTLY_USED);
        expect(shouldWarnUserAboutWeakPin).toBe(text.length >= 6 ? issues.length > 0 : grave);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('finds equal steps, blocks and palindromes of all lengths', async () => {
    const block = fc
      .array(digit, { minLength: 2, maxLength: 6, size: 'max' })
      .map((digits) => digits.join(''));
    await fc.assert(
      fc.asyncProperty(digit, digit, fc.integer({ min: 4, max: 20 }), async (first, step, length) => {
        const steps = Array.from({ length }, (_, i) => (first + i * step) % 10).join('');
        expect(await issuesOf(steps), steps).toContain(PATTERN_FOUND);
      }),
      { seed, numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(block, fc.integer({ min: 2, max: 4 }), async (part, times) => {
        expect(await issuesOf(part.repeat(times))).toContain(PATTERN_FOUND);
        expect(await issuesOf(part + Array.from(part).reverse().join(''))).toContain(PATTERN_FOUND);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('finds every day of two centuries, and no day that there was not', async () => {
    const two = (number: number) => String(number).padStart(2, '0');
    const date = fc.record({
      year: fc.integer({ min: 1900, max: 2099 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
    });
    await fc.assert(
      fc.asyncProperty(date, async ({ year, month, day }) => {
        const [yyyy, yy, mm, dd] = [String(year), two(year % 100), two(month), two(day)];
        // The calendar of the runtime decides what a date is.
        const there = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
        const inALeapYear = new Date(Date.UTC(2000, month - 1, day)).getUTCDate() === day;
        expect((await issuesOf(dd + mm)).includes(POSSIBLY_DATE) || !inALeapYear).toBe(true);
        for (const text of [
          dd + mm + yyyy,
          mm + dd + yyyy,
          yyyy + mm + dd,
          dd + mm + yy,
          mm + dd + yy,
          yy + mm + dd,
        ]) {
          if (there) expect(await issuesOf(text), text).toContain(POSSIBLY_DATE);
        }
        // In no other order can a day above 12 or a year be read.
        if (!there) expect(await issuesOf(dd + mm + yyyy)).not.toContain(POSSIBLY_DATE);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('does not care in which direction, nor which digits, where it says nothing of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        pin,
        fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }),
        async (text, others) => {
          const issues = await issuesOf(text);
          const reversed = await issuesOf(Array.from(text).reverse().join(''));
          for (const issue of [NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND]) {
            expect(reversed.includes(issue), `${issue} of ${text}`).toBe(issues.includes(issue));
          }
          const renamed = await issuesOf(
            Array.from(text)
              .map((character) => others[Number(character)])
              .join(''),
          );
          for (const issue of [NOT_UNIQUE, REPEATING_CHARS]) {
            expect(renamed.includes(issue), `${issue} of ${text}`).toBe(issues.includes(issue));
          }
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  test('leaves most PINs of 4 digits free of a warning', async () => {
    const results: PinTestResult[] = [];
    for (let i = 0; i < 10_000; i++) {
      results.push(await PowerAuthPassphraseMeter.testPin(String(i).padStart(4, '0')));
    }
    const count = (issue: PinTestIssue) => results.filter(({ issues }) => issues.includes(issue)).length;
    // 45 pairs of digits with 14 PINs each, and 10 PINs of one digit.
    expect(count(NOT_UNIQUE)).toBe(45 * 14 + 10);
    // Three in a row: 190 PINs; in two pairs, 1122: 90.
    expect(count(REPEATING_CHARS)).toBe(190 + 90);
    // 366 days in two orders, those up to the 12th of a month common to both; 200 years, 24 of them days.
    expect(count(POSSIBLY_DATE)).toBe(2 * 366 - 12 * 12 + 200 - [1900, 2000].length * 12);
    expect(count(FREQUENTLY_USED)).toBeGreaterThan(100);
    expect(count(FREQUENTLY_USED)).toBeLessThan(300);
    expect(results.filter((result) => result.shouldWarnUserAboutWeakPin).length).toBeLessThan(1000);
  });
});

describe('a PowerAuthPassword', () => {
  test('is tested as a string is, and not used up', async () => {
    await fc.assert(
      fc.asyncProperty(pin, async (text) => {
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

describe('what is no PIN', () => {
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

  test('is not a million digits: they are tested in time', async () => {
    const { issues } = await PowerAuthPassphraseMeter.testPin('1357924680'.repeat(100_000));
    expect(issues).toEqual([PATTERN_FOUND]);
  });
});
