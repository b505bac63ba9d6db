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
  /** The keys are exchanged; the activation waits for its commit on the server. */
  PENDING_COMMIT: 'PENDING_COMMIT',
  /** Ready for use. */
  ACTIVE: 'ACTIVE',
  /** Blocked, by too many failures or by an operator; can be unblocked. */
  BLOCKED: 'BLOCKED',
  /** Removed for good. */
  REMOVED: 'REMOVED',
  /** The counters of client and server are too far apart: the server can't accept any signature. */
  DEADLOCK: 'DEADLOCK',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthActivationState =
  (typeof PowerAuthActivationState)[keyof typeof PowerAuthActivationState];

/**
 * Result of `PowerAuth.fetchActivationStatus`.
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
  /** How many failed authentications in a row block the activation. */
  maxFailCount: number;
  /** `maxFailCount - failCount` if ACTIVE, otherwise 0; never less than 0. */
  remainingAttempts: number;
  /**
   * How many signatures the counter in the storage was behind the server's; absent if it wasn't behind. The call has
   * moved it forward, so the next call doesn't report it again. Normal operation never leaves the counter behind: the
   * storage went back to an earlier state, or the activation was used from a copy of it. SECURITY.md says what that may
   * mean, and what to do.
   */
  localCounterBehind?: number;
  /**
   * When a temporary block ends: server time, ms since 1970. Servers from 2.2 on may send it with the state BLOCKED; it is
   * neither encrypted nor signed.
   */
  timestampBlockExpire?: number;
  /** Data that the application server adds, neither encrypted nor signed. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  customObject?: any;
}
