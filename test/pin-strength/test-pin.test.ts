import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { PinTestIssue } from '../../src/pin-strength/pin-test-result.ts';
import { testPin } from '../../src/pin-strength/test-pin.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { anyPin, PINS_OF_FOUR } from '../helpers/digits.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';

const { NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED } = PinTestIssue;
const ORDER = [NOT_UNIQUE, REPEATING_CHARS, PATTERN_FOUND, POSSIBLY_DATE, FREQUENTLY_USED];

test('names each issue once, in a fixed order', () => {
  expect(testPin(utf8('1111')).issues).toEqual(ORDER);
  fc.assert(
    fc.property(anyPin, (pin) => {
      const { issues } = testPin(utf8(pin));
      expect(issues).toEqual(ORDER.filter((issue) => issues.includes(issue)));
    }),
    { seed },
  );
});

test('any issue of a PIN of 6 digits or more is worth a warning, of a shorter one only the grave ones', () => {
  expect(testPin(utf8('97531'))).toEqual({ shouldWarnUserAboutWeakPin: false, issues: [PATTERN_FOUND] });
  expect(testPin(utf8('975310'))).toEqual({ shouldWarnUserAboutWeakPin: true, issues: [PATTERN_FOUND] });
  fc.assert(
    fc.property(anyPin, (pin) => {
      const { shouldWarnUserAboutWeakPin, issues } = testPin(utf8(pin));
      const grave = issues.includes(NOT_UNIQUE) || issues.includes(FREQUENTLY_USED);
      expect(shouldWarnUserAboutWeakPin).toBe(pin.length >= 6 ? issues.length > 0 : grave);
    }),
    { seed, numRuns: 1000 },
  );
});

test('leaves most PINs of 4 digits free of a warning', () => {
  const warned = PINS_OF_FOUR.filter((pin) => testPin(utf8(pin)).shouldWarnUserAboutWeakPin);
  expect(warned.length).toBeLessThan(1000);
});

test.each(['', '123', '123a', '/234', '1234:', '12 34', '-1234', '1234\0', '\u0661\u0662\u0663\u0664'])(
  '%j is refused',
  (text) => {
    expect(() => testPin(utf8(text))).toThrow(
      expect.objectContaining(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /^pin: expected 4 digits or more, got something else$/),
      ),
    );
  },
);

test.each(['1357', 'no PIN'])('leaves %j to the caller, and wipes the digits that it made of it', (text) => {
  const pin = utf8(text);
  const made = vi.spyOn(pin, 'map');
  try {
    testPin(pin);
  } catch {
    // The second one is no PIN.
  }
  expect(pin).toEqual(utf8(text));
  const digits = made.mock.results.map(({ value }) => value as Uint8Array);
  expect(digits).toEqual([new Uint8Array(text.length)]);
});

test('a million digits are tested in time', () => {
  expect(testPin(utf8('1357924680'.repeat(100_000))).issues).toEqual([PATTERN_FOUND]);
});
