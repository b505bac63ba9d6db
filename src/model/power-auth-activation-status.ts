/**
 * What the server says about an activation.
 *
 * @module
 */

/**
 * States of an activation. Each value equals its name.
 *
 * @example
 * ```ts
 * const { state } = await powerAuth.fetchActivationStatus();
 * if (state === PowerAuthActivationState.REMOVED) await powerAuth.removeActivationLocal();
 * ```
 */
export const PowerAuthActivationState = {
  /** Created on the server, no key exchange yet. */
  CREATED: 'CREATED',
  /** Keys are exchanged; the server's side waits for its commit. */
  PENDING_COMMIT: 'PENDING_COMMIT',
  /** Ready for use. */
  ACTIVE: 'ACTIVE',
  /** Blocked, by too many failures or by an operator; can be unblocked. */
  BLOCKED: 'BLOCKED',
  /** Removed for good. */
  REMOVED: 'REMOVED',
  /** The counters of client and server are too far apart: no signature can be accepted any more. */
  DEADLOCK: 'DEADLOCK',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthActivationState =
  (typeof PowerAuthActivationState)[keyof typeof PowerAuthActivationState];

/**
 * Answer of `PowerAuth.fetchActivationStatus`.
 *
 * @example
 * ```ts
 * const status: PowerAuthActivationStatus = await powerAuth.fetchActivationStatus();
 * ```
 */
export interface PowerAuthActivationStatus {
  /** State of the activation. */
  state: PowerAuthActivationState;
  /** Failed authentications in a row. */
  failCount: number;
  /** Failed authentications in a row that block the activation. */
  maxFailCount: number;
  /** `maxFailCount - failCount` when ACTIVE, else 0; never less than 0. */
  remainingAttempts: number;
  /**
   * How many signatures the counter in the storage was behind the server's; absent when it was not. The call has moved it
   * forward, and the next one finds nothing any more. Nothing that goes on by itself leaves it behind: the storage went
   * back to an earlier state, or the activation was used from a copy of it. SECURITY.md says what that may mean, and what
   * to do.
   */
  localCounterBehind?: number;
  /** Whatever the application server adds, neither encrypted nor signed. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  customObject?: any;
}
