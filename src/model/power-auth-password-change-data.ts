/**
 * A change of the password that was begun.
 *
 * @module
 */

/**
 * A change of the password that was begun by `PowerAuth.beginPasswordChange`: the server has accepted the old one. It
 * holds the old password until it is released, or has not been used for 5 minutes, or the instance is deconfigured.
 *
 * @example
 * ```ts
 * const data: PowerAuthPasswordChangeData = await powerAuth.beginPasswordChange('1234');
 * try {
 *   await powerAuth.finishPasswordChange(await askForNewPassword(), data);
 * } finally {
 *   await data.release();
 * }
 * ```
 */
export interface PowerAuthPasswordChangeData {
  /** Wipes it. `finishPasswordChange` does so by itself, whether it succeeds or not. Calling it again has no effect. */
  release(): Promise<void>;
}
