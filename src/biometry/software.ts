/**
 * Biometry with your own function and your own key: for tests, and for servers that act for many activations.
 *
 * @module powerauth-wasm/biometry/software
 */

import { hkdfSha256 } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthBiometricPrompt } from './power-auth-biometric-prompt.ts';
import {
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  type PowerAuthBiometryInfo,
} from './power-auth-biometry-info.ts';
import { unlessAborted } from '../util/abort.ts';
import { copySecret, utf8 } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import { randomBytes } from '../util/random.ts';
import { describe, wrongParameter } from '../util/validate.ts';
import { Questions } from './questions.ts';
import { BIOMETRY_SECRET_LENGTH, type PowerAuthBiometryProvider } from './types.ts';

/**
 * Settings of {@link softwareBiometry}.
 *
 * @example
 * ```ts
 * const options: SoftwareBiometryOptions = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * ```
 */
export interface SoftwareBiometryOptions {
  /**
   * 32 bytes, copied and kept as long as the provider. Anyone who has them needs no user. The caller must wipe its own
   * copy.
   */
  readonly key: Uint8Array;
  /**
   * Asks the user: true if it is the right user, false if the user refuses. May throw a PowerAuthError with one of the
   * codes of {@link PowerAuthBiometryProvider}. The signal is aborted when nobody waits any more. Default: always true.
   */
  readonly authenticate?: (
    prompt: PowerAuthBiometricPrompt | undefined,
    signal: AbortSignal,
  ) => boolean | Promise<boolean>;
  /** The result for `getBiometryInfo`. Default: GENERIC, OK. */
  readonly info?: () => PowerAuthBiometryInfo | Promise<PowerAuthBiometryInfo>;
}

const LABEL = 'powerauth-wasm software biometry';
/** Distinguishes one secret from another: random, 32 B. */
const DESCRIPTOR_LENGTH = 32;

const AVAILABLE: PowerAuthBiometryInfo = {
  isAvailable: true,
  biometryType: PowerAuthBiometryType.GENERIC,
  canAuthenticate: PowerAuthBiometryStatus.OK,
};

/**
 * A provider whose secrets are derived (HKDF-SHA-256) from one key, after `authenticate` has returned true. Only that
 * answer protects the secrets from the process: see SECURITY.md.
 *
 * @throws WRONG_PARAMETER
 * @example
 * ```ts
 * const provider = softwareBiometry({
 *   key: crypto.getRandomValues(new Uint8Array(32)),
 *   authenticate: (prompt) => globalThis.confirm(prompt?.promptMessage),
 * });
 * await powerAuth.configure(configuration, client, { provider });
 * ```
 */
export function softwareBiometry(options: SoftwareBiometryOptions): PowerAuthBiometryProvider {
  // Callers in JavaScript may pass anything.
  const { key, authenticate = () => true, info = () => AVAILABLE } = options ?? {}; // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- as above
  if (!isInstance(key, Uint8Array) || key.length !== 32) throw wrongParameter('key', '32 bytes', key);
  if (typeof authenticate !== 'function')
    throw wrongParameter('authenticate', 'a function or undefined', authenticate);
  if (typeof info !== 'function') throw wrongParameter('info', 'a function or undefined', info);

  const kept = copySecret(key);
  const questions = new Questions();
  const secretOf = (descriptor: Uint8Array): Promise<Uint8Array> =>
    hkdfSha256(kept, descriptor, utf8(LABEL), BIOMETRY_SECRET_LENGTH);
  const ask = (prompt: PowerAuthBiometricPrompt | undefined, signal: AbortSignal): Promise<void> =>
    questions.ask(signal, async () => {
      // A function that ignores the signal must not block the questions after it.
      const answer: unknown = await unlessAborted((async () => authenticate(prompt, signal))(), signal);
      signal.throwIfAborted();
      if (answer === true) return;
      throw answer === false
        ? failure(PowerAuthErrorCode.BIOMETRY_CANCEL, 'The user refused the biometric authentication')
        : failure(
            PowerAuthErrorCode.BIOMETRY_FAILED,
            `authenticate: expected true or false for an answer, got ${describe(answer)}`,
          );
    });

  return {
    name: 'software',
    info: async () => info(),
    async create({ prompt, signal, authenticate: asks }) {
      if (asks) await ask(prompt, signal);
      const descriptor = randomBytes(DESCRIPTOR_LENGTH);
      return { secret: await secretOf(descriptor), descriptor };
    },
    async authenticate(descriptor, { prompt, signal }) {
      if (descriptor.length !== DESCRIPTOR_LENGTH) {
        throw failure(
          PowerAuthErrorCode.BIOMETRY_FAILED,
          `descriptor: expected ${DESCRIPTOR_LENGTH} bytes, got ${describe(descriptor)}`,
        );
      }
      await ask(prompt, signal);
      return secretOf(descriptor);
    },
    async remove() {
      // Nothing is kept for a secret.
    },
  };
}
