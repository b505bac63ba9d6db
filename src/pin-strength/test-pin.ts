/**
 * Tests how strong a PIN is.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { PinTestIssue, type PinTestResult } from './pin-test-result.ts';
import { wipe } from '../util/bytes.ts';
import { isPossiblyDate } from './dates.ts';
import { isFrequentlyUsed } from './frequently-used.ts';
import { hasPattern, isNotUnique, isRepeating } from './patterns.ts';

const TESTS: readonly (readonly [PinTestIssue, (digits: Uint8Array) => boolean])[] = [
  [PinTestIssue.NOT_UNIQUE, isNotUnique],
  [PinTestIssue.REPEATING_CHARS, isRepeating],
  [PinTestIssue.PATTERN_FOUND, hasPattern],
  [PinTestIssue.POSSIBLY_DATE, isPossiblyDate],
  [PinTestIssue.FREQUENTLY_USED, isFrequentlyUsed],
];

/** With so few digits there are too few PINs to warn about each date and each pattern. */
const SHORT = 5;
const ALWAYS_WORTH_A_WARNING: readonly PinTestIssue[] = [
  PinTestIssue.NOT_UNIQUE,
  PinTestIssue.FREQUENTLY_USED,
];

/**
 * Tests a PIN.
 *
 * @param pin UTF-8; the caller must wipe it
 * @throws WRONG_PARAMETER unless these are 4 digits or more
 */
export function testPin(pin: Uint8Array): PinTestResult {
  const digits = pin.map((byte) => byte - 0x30);
  try {
    if (digits.length < 4 || digits.some((digit) => digit > 9)) {
      throw failure(PowerAuthErrorCode.WRONG_PARAMETER, 'pin: expected 4 digits or more, got something else');
    }
    const issues = TESTS.filter(([, test]) => test(digits)).map(([issue]) => issue);
    const reasons =
      digits.length > SHORT ? issues : issues.filter((issue) => ALWAYS_WORTH_A_WARNING.includes(issue));
    return { shouldWarnUserAboutWeakPin: reasons.length > 0, issues };
  } finally {
    wipe(digits);
  }
}
