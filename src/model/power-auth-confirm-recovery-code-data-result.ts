/**
 * What `PowerAuth.confirmRecoveryCode` answers.
 *
 * @module
 */

/** Answer of `PowerAuth.confirmRecoveryCode`. */
export interface PowerAuthConfirmRecoveryCodeDataResult {
  /** The code had been confirmed before, which is no error; a code that came with an activation always has. */
  alreadyConfirmed: boolean;
}
