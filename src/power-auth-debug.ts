/**
 * Help for debugging.
 *
 * @module
 */

import { describeError } from './errors.ts';
import { wrongParameter } from './util/validate.ts';

/**
 * Help for debugging, as the React Native SDK has it. There is no native code and there are no native objects below this
 * package, so that only {@link PowerAuthDebug.describeError} has something to tell.
 *
 * @example
 * ```ts
 * console.error(PowerAuthDebug.describeError(error));
 * ```
 */
export class PowerAuthDebug {
  /**
   * Does nothing: there is no native code to be traced. Nothing of a call is ever logged.
   *
   * @param traceFailure without effect
   * @param traceEachCall without effect
   * @throws WRONG_PARAMETER for what is neither true nor false
   * @example
   * ```ts
   * PowerAuthDebug.traceNativeCodeCalls(true);
   * ```
   */
  static traceNativeCodeCalls(traceFailure: boolean, traceEachCall = false): void {
    for (const [field, value] of Object.entries({ traceFailure, traceEachCall })) {
      if (typeof value !== 'boolean') throw wrongParameter(field, 'true or false', value);
    }
  }

  /**
   * Prints nothing: there are no native objects.
   *
   * @param instanceId without effect
   * @throws WRONG_PARAMETER for what is no string
   * @example
   * ```ts
   * await PowerAuthDebug.dumpNativeObjects();
   * ```
   */
  static async dumpNativeObjects(instanceId?: string): Promise<void> {
    if (instanceId !== undefined && typeof instanceId !== 'string') {
      throw wrongParameter('instanceId', 'a string or undefined', instanceId);
    }
  }

  /**
   * Any error as one line of text.
   *
   * @param error whatever was thrown
   * @returns for a PowerAuthError what its `print` says, for another Error name and message
   * @example
   * ```ts
   * try {
   *   await powerAuth.fetchActivationStatus();
   * } catch (error) {
   *   console.error(PowerAuthDebug.describeError(error));
   * }
   * ```
   */
  static describeError(error: unknown): string {
    return typeof error === 'string' ? error : describeError(error);
  }
}
