/**
 * What `PowerAuth.confirmRecoveryCode` answers.
 *
 * @module
 */

/**
 * Answer of `PowerAuth.confirmRecoveryCode`.
 *
 * @example
 * ```ts
 * const result: PowerAuthConfirmRecoveryCodeDataResult = await powerAuth.confirmRecoveryCode(code, authentication);
 * ```
 */
export interface PowerAuthConfirmRecoveryCodeDataResult {
  /** The code had been confirmed before, which is no error; a code that came with an activation always has. */
  alreadyConfirmed: boolean;
}
