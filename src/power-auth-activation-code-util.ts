/**
 * Activation and recovery codes that users type or scan.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from './errors.ts';
import {
  correctTypedCharacter,
  parseActivationCode,
  parseRecoveryCode,
  validateActivationCode,
  validateRecoveryCode,
  validateRecoveryPuk,
  validateTypedCharacter,
} from './protocol/activation-code.ts';
import { assertString, wrongParameter } from './util/validate.ts';

/**
 * A parsed code.
 *
 * @example
 * ```ts
 * const code: PowerAuthActivationCode = await PowerAuthActivationCodeUtil.parseActivationCode(scannedText);
 * ```
 */
export interface PowerAuthActivationCode {
  /** `AAAAA-BBBBB-CCCCC-DDDDD`: an activation code without its signature, or a recovery code without `R:`. */
  activationCode: string;
  /**
   * Base64 of the signature that followed the code. Its type is the React Native SDK's, so that programs written for
   * that compile; as there, it is absent if the code had no signature; typed codes and all recovery codes have none.
   */
  activationSignature: string;
}

/**
 * Checks and corrects activation codes, recovery codes and PUKs while they are typed, and parses scanned ones. A code
 * is 20 characters of Base32 that include a checksum (CRC-16), so typing errors are found without the server. Nothing
 * is sent, and no instance is needed.
 *
 * @example
 * ```ts
 * const { activationCode } = await PowerAuthActivationCodeUtil.parseActivationCode(scannedText);
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'My laptop'));
 * ```
 */
export class PowerAuthActivationCodeUtil {
  /**
   * Parses an activation code. Nothing is corrected, and the signature is not verified;
   * `PowerAuth.verifyScannedActivationCode` does that.
   *
   * @param activationCode `AAAAA-BBBBB-CCCCC-DDDDD`, or the same with `#` and the signature in Base64
   * @throws INVALID_ACTIVATION_CODE, WRONG_PARAMETER for anything that isn't a string
   * @example
   * ```ts
   * const code = await PowerAuthActivationCodeUtil.parseActivationCode('VVVVV-VVVVV-VVVVV-VTFVA');
   * console.log(code.activationCode);
   * ```
   */
  static async parseActivationCode(activationCode: string): Promise<PowerAuthActivationCode> {
    assertString(activationCode, 'activationCode');
    return parseActivationCode(activationCode) as PowerAuthActivationCode;
  }

  /**
   * Parses a recovery code. Nothing is corrected.
   *
   * @param recoveryCode `AAAAA-BBBBB-CCCCC-DDDDD`, as typed, or with `R:` before it, as scanned
   * @throws INVALID_RECOVERY_CODE, WRONG_PARAMETER for anything that isn't a string
   * @example
   * ```ts
   * const { activationCode } = await PowerAuthActivationCodeUtil.parseRecoveryCode('R:VVVVV-VVVVV-VVVVV-VTFVA');
   * ```
   */
  static async parseRecoveryCode(recoveryCode: string): Promise<PowerAuthActivationCode> {
    assertString(recoveryCode, 'recoveryCode');
    return { activationCode: parseRecoveryCode(recoveryCode) } as PowerAuthActivationCode;
  }

  /**
   * Whether this is an activation code without a signature.
   *
   * @throws WRONG_PARAMETER for anything that isn't a string
   * @example
   * ```ts
   * submit.disabled = !(await PowerAuthActivationCodeUtil.validateActivationCode(input.value));
   * ```
   */
  static async validateActivationCode(activationCode: string): Promise<boolean> {
    assertString(activationCode, 'activationCode');
    return validateActivationCode(activationCode);
  }

  /**
   * Whether this is a recovery code, with or without `R:` before it.
   *
   * @throws WRONG_PARAMETER for anything that isn't a string
   * @example
   * ```ts
   * await PowerAuthActivationCodeUtil.validateRecoveryCode('VVVVV-VVVVV-VVVVV-VTFVA'); // true
   * ```
   */
  static async validateRecoveryCode(recoveryCode: string): Promise<boolean> {
    assertString(recoveryCode, 'recoveryCode');
    return validateRecoveryCode(recoveryCode);
  }

  /**
   * Whether this has the form of a PUK, which is 10 digits. A PUK has no checksum.
   *
   * @throws WRONG_PARAMETER for anything that isn't a string
   * @example
   * ```ts
   * await PowerAuthActivationCodeUtil.validateRecoveryPuk('0123456789'); // true
   * ```
   */
  static async validateRecoveryPuk(puk: string): Promise<boolean> {
    assertString(puk, 'puk');
    return validateRecoveryPuk(puk);
  }

  /**
   * Whether a typed character may occur in a code: `A` to `Z` and `2` to `7`.
   *
   * @param character a Unicode code point
   * @throws WRONG_PARAMETER for anything that isn't a number
   * @example
   * ```ts
   * await PowerAuthActivationCodeUtil.validateTypedCharacter('B'.codePointAt(0)!); // true
   * ```
   */
  static async validateTypedCharacter(character: number): Promise<boolean> {
    assertNumber(character);
    return validateTypedCharacter(character);
  }

  /**
   * Corrects a typed character: `a` to `z` become capitals, `0` becomes `O`, `1` becomes `I`, and valid characters
   * stay.
   *
   * @param character a Unicode code point
   * @returns a Unicode code point
   * @throws INVALID_CHARACTER for one that can't be corrected, WRONG_PARAMETER for anything that isn't a number
   * @example
   * ```ts
   * const corrected = await PowerAuthActivationCodeUtil.correctTypedCharacter('0'.codePointAt(0)!);
   * console.log(String.fromCodePoint(corrected)); // O
   * ```
   */
  static async correctTypedCharacter(character: number): Promise<number> {
    assertNumber(character);
    const corrected = correctTypedCharacter(character);
    if (corrected === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_CHARACTER,
        'character: expected a letter of the English alphabet or a digit from 0 to 7, got another character',
      );
    }
    return corrected;
  }
}

function assertNumber(value: unknown): asserts value is number {
  if (typeof value !== 'number') throw wrongParameter('character', 'a Unicode code point', value);
}
