/**
 * The result of `PowerAuth.confirmRecoveryCode`.
 *
 * @module
 */

/**
 * Result of `PowerAuth.confirmRecoveryCode`.
 *
 * @example
 * ```ts
 * const result: PowerAuthConfirmRecoveryCodeDataResult = await powerAuth.confirmRecoveryCode(code, authentication);
 * ```
 */
export interface PowerAuthConfirmRecoveryCodeDataResult {
  /** The code had been confirmed before, which is not an error; a code that came with an activation always has. */
  alreadyConfirmed: boolean;
}
