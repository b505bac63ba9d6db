/**
 * An activation as the server lists it.
 *
 * @module
 */

/**
 * Result of `PowerAuth.fetchActivationDetail` and `renameActivation`.
 *
 * @example
 * ```ts
 * const detail: PowerAuthActivationDetail = await powerAuth.fetchActivationDetail('MyToken');
 * ```
 */
export interface PowerAuthActivationDetail {
  /** Identifier of the activation. */
  readonly activationId: string;
  /** Its name; undefined if it has none. */
  readonly activationName: string | undefined;
}
