/**
 * Operations of other applications that share an activation, which exist on iOS alone.
 *
 * @module
 */

/** What another application is doing. */
export type PowerAuthExternalPendingOperationType = 'ACTIVATION' | 'PROTOCOL_UPGRADE';

/** Answer of `PowerAuth.getExternalPendingOperation`, which is always undefined here. */
export interface PowerAuthExternalPendingOperation {
  externalOperationType: PowerAuthExternalPendingOperationType;
  /** The other application, as `PowerAuthSharingConfiguration` names it. */
  externalApplicationId: string;
}
