/**
 * What the biometry factor needs from a platform.
 *
 * @module
 */

import type { PowerAuthBiometricPrompt } from './power-auth-biometric-prompt.ts';
import type { PowerAuthBiometryInfo } from './power-auth-biometry-info.ts';

/** Length of a factor's secret in bytes. */
export const BIOMETRY_SECRET_LENGTH = 32;

/** Longest descriptor in bytes. */
export const BIOMETRY_DESCRIPTOR_LENGTH = 4096;

/**
 * One question to the user.
 *
 * @example
 * ```ts
 * const request: PowerAuthBiometryRequest = { prompt: undefined, signal: AbortSignal.timeout(60_000) };
 * ```
 */
export interface PowerAuthBiometryRequest {
  /** The text for the user, if the platform shows an application's text; undefined if the application passed none. */
  readonly prompt: PowerAuthBiometricPrompt | undefined;
  /** Aborted when nobody waits for the answer any more: the question is withdrawn, and the call rejects. */
  readonly signal: AbortSignal;
}

/**
 * A question to the user that sets a factor up.
 *
 * @example
 * ```ts
 * const request: PowerAuthBiometryCreateRequest = {
 *   prompt: { promptMessage: 'Please allow biometric authentication' },
 *   signal: AbortSignal.timeout(60_000),
 *   authenticate: true,
 * };
 * ```
 */
export interface PowerAuthBiometryCreateRequest extends PowerAuthBiometryRequest {
  /**
   * `authenticateOnBiometricKeySetup` of the configuration: false if a provider should create the secret without asking
   * the user, provided that it can.
   */
  readonly authenticate: boolean;
}

/**
 * A new secret, and what finds it again.
 *
 * @example
 * ```ts
 * const made: PowerAuthBiometrySecret = {
 *   secret: crypto.getRandomValues(new Uint8Array(32)),
 *   descriptor: new TextEncoder().encode('where the secret is kept'),
 * };
 * ```
 */
export interface PowerAuthBiometrySecret {
  /** 32 bytes that only an authentication of the user returns. The caller takes ownership and must wipe it. */
  readonly secret: Uint8Array;
  /** What {@link PowerAuthBiometryProvider.authenticate} needs to find it, at most 4096 bytes. It is not secret. */
  readonly descriptor: Uint8Array;
}

/**
 * Keeps secrets that only an authenticated user can get. The SDK wraps the biometry factor key under such a secret,
 * keeps the wrapped key and the descriptor in the activation's record, and wipes the secret after each use.
 *
 * A provider's error reaches the application if it is a PowerAuthError whose code begins with `BIOMETRY_`; any other
 * error becomes BIOMETRY_FAILED. The codes are:
 *
 * - BIOMETRY_CANCEL: the user refused, or didn't respond
 * - BIOMETRY_FALLBACK: the user chose another way, if the platform offers one
 * - BIOMETRY_NOT_SUPPORTED: the platform has no biometric authentication
 * - BIOMETRY_NOT_ENROLLED: the platform has it, but the user has not set it up
 * - BIOMETRY_NOT_AVAILABLE: not now, perhaps later
 * - BIOMETRY_LOCKOUT: locked after too many failures
 * - BIOMETRY_NOT_RECOGNIZED: somebody else, or a bad image
 * - BIOMETRY_FAILED: anything else
 *
 * @example
 * ```ts
 * import { softwareBiometry } from 'powerauth-wasm/biometry/software';
 *
 * await powerAuth.configure(configuration, client, { provider: softwareBiometry({ key: sealingKey }) });
 * ```
 */
export interface PowerAuthBiometryProvider {
  /**
   * Names the kind of provider in records. A factor can only be used with the kind of provider that created it. 1 to 64
   * characters.
   */
  readonly name: string;

  /**
   * What is available, and whether it can be used now. Doesn't ask the user, and doesn't reject if there is no
   * biometry.
   */
  info(): Promise<PowerAuthBiometryInfo>;

  /** Creates a secret, different from all others. If it rejects, nothing of it is left. */
  create(request: PowerAuthBiometryCreateRequest): Promise<PowerAuthBiometrySecret>;

  /**
   * Authenticates the user and returns the secret: 32 bytes, which the caller then owns and must wipe. May be called
   * while another question is open; the user is then asked afterwards.
   */
  authenticate(descriptor: Uint8Array, request: PowerAuthBiometryRequest): Promise<Uint8Array>;

  /** Removes a secret that is no longer needed. No error if there is nothing to remove. Doesn't ask the user. */
  remove(descriptor: Uint8Array): Promise<void>;
}
