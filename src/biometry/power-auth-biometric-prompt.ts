/**
 * The text for the user when asked for biometric authentication.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { check } from '../util/validate.ts';

/**
 * The text for the user when asked for biometric authentication.
 *
 * @example
 * ```ts
 * const prompt: PowerAuthBiometricPrompt = { promptMessage: 'Please approve the payment' };
 * ```
 */
export interface PowerAuthBiometricPrompt {
  /** Why the user is asked, for example "Please approve the payment". */
  readonly promptMessage: string;
  /** The title, if the platform shows one. */
  readonly promptTitle?: string;
  /** The subtitle, if the platform shows one. */
  readonly promptSubtitle?: string;
  /** Text of the cancel button, if the platform supports that. */
  readonly cancelButton?: string;
  /** Text of the button for another way, if the platform supports that. */
  readonly fallbackButton?: string;
  /** The same as `cancelButton`, in the React Native SDK 5.0. */
  readonly cancelButtonTitle?: string;
  /** The same as `fallbackButton`, in the React Native SDK 5.0. */
  readonly fallbackButtonTitle?: string;
}

const promptSchema = s.object(
  {
    promptMessage: s.string('a string'),
    promptTitle: s.optional(s.string('a string')),
    cancelButton: s.optional(s.string('a string')),
    fallbackButton: s.optional(s.string('a string')),
    promptSubtitle: s.optional(s.string('a string')),
    cancelButtonTitle: s.optional(s.string('a string')),
    fallbackButtonTitle: s.optional(s.string('a string')),
  },
  'a PowerAuthBiometricPrompt or undefined',
);

/**
 * A copy of a prompt.
 *
 * @throws WRONG_PARAMETER unless `value` is one
 * @internal
 */
export function buildPrompt(value: unknown, field: string): PowerAuthBiometricPrompt {
  return check(promptSchema, value, field, PowerAuthErrorCode.WRONG_PARAMETER) as PowerAuthBiometricPrompt;
}
