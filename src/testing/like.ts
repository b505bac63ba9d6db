/**
 * What differs between releases of the genuine server, seen by a client of protocol 3.3.
 *
 * @module
 */

/**
 * A release of the genuine server.
 *
 * @example
 * ```ts
 * const like: PowerAuthTestServerLike = '2.2';
 * const server = await startPowerAuthTestServer({ like });
 * ```
 */
export type PowerAuthTestServerLike = '1.9' | '2.2';

/** How far a timestamp may be from the server's clock, ms. */
export interface TimeWindow {
  readonly back: number;
  readonly ahead: number;
}

/** What a release does by default. */
export interface Release {
  readonly version: string;
  /** Whether it has activation recovery. */
  readonly hasRecovery: boolean;
  /** The time window of token headers. */
  readonly tokenWindow: TimeWindow;
  /** How old an encrypted request may be, and how far ahead, ms. */
  readonly requestAge: number;
  /** The version that its status offers an activation of protocol 3 as an upgrade. */
  readonly upgradeVersion: number;
  /** Whether byte 7 of the status has flags, and the others are zero; otherwise all are random. */
  readonly hasStatusFlags: boolean;
  /** Message of a 401 for a signature. */
  readonly signatureInvalid: string;
}

const MINUTE = 60_000;

export const RELEASES: Readonly<Record<PowerAuthTestServerLike, Release>> = {
  '1.9': {
    version: '1.9.0',
    hasRecovery: true,
    tokenWindow: { back: 120 * MINUTE, ahead: MINUTE },
    requestAge: MINUTE,
    upgradeVersion: 3,
    hasStatusFlags: false,
    signatureInvalid: 'POWER_AUTH_SIGNATURE_INVALID',
  },
  '2.2': {
    version: '2.2.0',
    hasRecovery: false,
    tokenWindow: { back: 5 * MINUTE, ahead: 5 * MINUTE },
    requestAge: 5 * MINUTE,
    upgradeVersion: 4,
    hasStatusFlags: true,
    signatureInvalid: 'POWER_AUTH_CODE_INVALID',
  },
};
