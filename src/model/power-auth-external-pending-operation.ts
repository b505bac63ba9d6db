/**
 * Operations of other applications that share an activation, which exist only on iOS.
 *
 * @module
 */

/**
 * What another application is doing.
 *
 * @example
 * ```ts
 * const type: PowerAuthExternalPendingOperationType = 'ACTIVATION';
 * ```
 */
export type PowerAuthExternalPendingOperationType = 'ACTIVATION' | 'PROTOCOL_UPGRADE';

/**
 * Result of `PowerAuth.getExternalPendingOperation`, which is always undefined here.
 *
 * @example
 * ```ts
 * const operation: PowerAuthExternalPendingOperation | undefined = await powerAuth.getExternalPendingOperation();
 * ```
 */
export interface PowerAuthExternalPendingOperation {
  /** What the other application is doing. */
  externalOperationType: PowerAuthExternalPendingOperationType;
  /** The other application, as `PowerAuthSharingConfiguration` names it. */
  externalApplicationId: string;
}
