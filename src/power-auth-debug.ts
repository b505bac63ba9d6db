/**
 * Help for debugging.
 *
 * @module
 */

import { describeError } from './errors.ts';
import { traceAll } from './util/insight.ts';
import { wrongParameter } from './util/validate.ts';

/**
 * Help for debugging, with the members of the React Native SDK. This package has no native code and no native objects,
 * so {@link PowerAuthDebug.traceNativeCodeCalls} prints what the SDK does instead.
 *
 * @example
 * ```ts
 * console.error(PowerAuthDebug.describeError(error));
 * ```
 */
export class PowerAuthDebug {
  /**
   * Prints what the SDK does, with `console.warn`, one line for each event of {@link PowerAuthEvent}, in this thread.
   * Nothing secret is in it. By default nothing is printed.
   *
   * @param traceFailure whether to print what failed
   * @param traceEachCall whether to print everything
   * @throws WRONG_PARAMETER for anything that is neither true nor false
   * @example
   * ```ts
   * PowerAuthDebug.traceNativeCodeCalls(true);
   * ```
   */
  static traceNativeCodeCalls(traceFailure: boolean, traceEachCall = false): void {
    for (const [field, value] of Object.entries({ traceFailure, traceEachCall })) {
      if (typeof value !== 'boolean') throw wrongParameter(field, 'true or false', value);
    }
    if (!traceFailure && !traceEachCall) {
      traceAll(undefined);
      return;
    }
    traceAll((event) => {
      if (traceEachCall || 'errorCode' in event) console.warn(`powerauth-wasm ${JSON.stringify(event)}`);
    });
  }

  /**
   * Prints nothing: there are no native objects.
   *
   * @param instanceId without effect
   * @throws WRONG_PARAMETER for anything that isn't a string
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
   * @param error anything that was thrown
   * @returns for a PowerAuthError the result of its `print`, for any other Error its name and message
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
