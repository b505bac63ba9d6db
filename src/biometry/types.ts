/**
 * What the biometry factor asks of a platform.
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
  /** What the user reads, where the platform shows an application's text; undefined where the application gave none. */
  readonly prompt: PowerAuthBiometricPrompt | undefined;
  /** Aborted when nobody waits for the answer any more: the question is taken away, and the call rejects. */
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
   * `authenticateOnBiometricKeySetup` of the configuration: false where a provider that can make a secret without asking
   * the user is to do so.
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
  /** 32 bytes that nothing but an authentication of the user gives back. Goes over to the caller, who wipes it. */
  readonly secret: Uint8Array;
  /** What {@link PowerAuthBiometryProvider.authenticate} needs to find it, at most 4096 bytes. No secret. */
  readonly descriptor: Uint8Array;
}

/**
 * Keeps secrets that only an authenticated user gets at. The SDK wraps the biometry factor key under such a secret, keeps
 * key and descriptor in the activation's record, and wipes the secret after each use.
 *
 * What a provider rejects with reaches the application when it is a PowerAuthError whose code begins with `BIOMETRY_`;
 * everything else becomes BIOMETRY_FAILED. The codes are:
 *
 * - BIOMETRY_CANCEL: the user refused, or gave no answer
 * - BIOMETRY_FALLBACK: the user chose another way, where the platform offers one
 * - BIOMETRY_NOT_SUPPORTED: the platform has no such thing
 * - BIOMETRY_NOT_ENROLLED: it has, and the user set nothing up
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
  /** Names the kind of provider in records. A factor is used through the kind that it was made with. 1 to 64 characters. */
  readonly name: string;

  /** What there is, and whether it can be used now. Asks nobody, and never rejects for want of biometry. */
  info(): Promise<PowerAuthBiometryInfo>;

  /** Makes a secret, different from all others. When it rejects, nothing is left of it. */
  create(request: PowerAuthBiometryCreateRequest): Promise<PowerAuthBiometrySecret>;

  /**
   * Authenticates the user and gives the secret back: 32 bytes, which go over to the caller, who wipes them. May be called
   * while another question is open; the user is then asked afterwards.
   */
  authenticate(descriptor: Uint8Array, request: PowerAuthBiometryRequest): Promise<Uint8Array>;

  /** The secret is no longer needed. No error when there is nothing to remove. Asks nobody. */
  remove(descriptor: Uint8Array): Promise<void>;
}
