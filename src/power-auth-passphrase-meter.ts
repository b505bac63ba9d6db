/**
 * Tests how strong a PIN is.
 *
 * @module
 */

import type { PinTestResult } from './pin-strength/pin-test-result.ts';
import { assertPassword, readPassword, type PasswordType } from './model/power-auth-password.ts';
import { testPin } from './pin-strength/test-pin.ts';

/**
 * Tests PINs before they are set. Nothing is sent, and no instance is needed.
 *
 * Any issue of a PIN of 6 digits or more is worth a warning. There are so few PINs of 4 and 5 digits that every user
 * would be warned about one date or another. Of these, only NOT_UNIQUE and FREQUENTLY_USED are worth a warning. The
 * rules and the list are our own; a PIN without issues is merely one that they don't know.
 *
 * @example
 * ```ts
 * const { shouldWarnUserAboutWeakPin, issues } = await PowerAuthPassphraseMeter.testPin('1234');
 * if (shouldWarnUserAboutWeakPin) showWarning(issues); // ['PATTERN_FOUND', 'FREQUENTLY_USED']
 * ```
 */
export class PowerAuthPassphraseMeter {
  /**
   * Tests a PIN. This doesn't use a PowerAuthPassword up.
   *
   * @param pin 4 digits or more, `0` to `9`
   * @throws WRONG_PARAMETER for anything that isn't such a PIN, INVALID_NATIVE_OBJECT for a PowerAuthPassword that was
   *   used up
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
