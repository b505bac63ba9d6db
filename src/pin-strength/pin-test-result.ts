/**
 * The result of a PIN's strength test.
 *
 * @module
 */

/**
 * What may be wrong with a PIN. Each value equals its name.
 *
 * @example
 * ```ts
 * const { issues } = await PowerAuthPassphraseMeter.testPin('2512');
 * if (issues.includes(PinTestIssue.POSSIBLY_DATE)) show('Is that a birthday?');
 * ```
 */
export const PinTestIssue = {
  /** Few of its digits differ: at most half of them, and at most three. */
  NOT_UNIQUE: 'NOT_UNIQUE',
  /** A digit repeats: three times in a row, or at half of the positions. */
  REPEATING_CHARS: 'REPEATING_CHARS',
  /**
   * Its digits follow a rule: equal steps (1357), a repeated block (123123), there and back (1221), lines on a keypad
   * (2580).
   */
  PATTERN_FOUND: 'PATTERN_FOUND',
  /** It can be read as a date: day and month, a year, or both, as people in different countries write them. */
  POSSIBLY_DATE: 'POSSIBLY_DATE',
  /** It is one of the PINs that people choose most. */
  FREQUENTLY_USED: 'FREQUENTLY_USED',
} as const;

/** One of the values of the constant object of the same name. */
export type PinTestIssue = (typeof PinTestIssue)[keyof typeof PinTestIssue];

/**
 * Result of `PowerAuthPassphraseMeter.testPin` and of `PowerAuthPassword.testPinStrength`.
 *
 * @example
 * ```ts
 * const result: PinTestResult = await PowerAuthPassphraseMeter.testPin('1234');
 * ```
 */
export interface PinTestResult {
  /** Whether to warn the user. Some issues alone are no reason to warn: see {@link PowerAuthPassphraseMeter}. */
  shouldWarnUserAboutWeakPin: boolean;
  /** The issues found, each at most once; an empty list is a good sign. */
  issues: PinTestIssue[];
}
