/**
 * How good a PIN is.
 *
 * @module
 */

import type { PinTestResult } from './pin-strength/pin-test-result.ts';
import { assertPassword, readPassword, type PasswordType } from './model/power-auth-password.ts';
import { testPin } from './pin-strength/test-pin.ts';

/**
 * Tests PINs before they are set. Nothing is sent, and no instance is needed.
 *
 * Any issue of a PIN of 6 digits or more is worth a warning. There are so few PINs of 4 and 5 digits that every user would be
 * warned of one date or another: of them, those are worth a warning that are NOT_UNIQUE or FREQUENTLY_USED. Rules and list are
 * our own; a PIN without issues is one that they don't know, no more.
 *
 * @example
 * ```ts
 * const { shouldWarnUserAboutWeakPin, issues } = await PowerAuthPassphraseMeter.testPin('1234');
 * if (shouldWarnUserAboutWeakPin) showWarning(issues); // ['PATTERN_FOUND', 'FREQUENTLY_USED']
 * ```
 */
export class PowerAuthPassphraseMeter {
  /**
   * Tests a PIN. A PowerAuthPassword is not used up by it.
   *
   * @param pin 4 digits or more, `0` to `9`
   * @throws WRONG_PARAMETER for what is no such PIN, INVALID_NATIVE_OBJECT for a PowerAuthPassword that was used up
   * @example
   * ```ts
   * const { issues } = await PowerAuthPassphraseMeter.testPin('2512'); // ['POSSIBLY_DATE']
   * ```
   */
  static async testPin(pin: PasswordType): Promise<PinTestResult> {
    assertPassword(pin, 'pin');
    return readPassword(pin, testPin);
  }
}
