/**
 * The text for the user when asked for biometric authentication.
 *
 * @module
 */

import * as v from '../util/valibot.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { object } from '../util/schema.ts';
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
  /** Text of the cancel button, if the platform supports that. */
  readonly cancelButton?: string;
  /** Text of the button for another way, if the platform supports that. */
  readonly fallbackButton?: string;
}

const promptSchema = object(
  {
    promptMessage: v.string('a string'),
    promptTitle: v.optional(v.string('a string')),
    cancelButton: v.optional(v.string('a string')),
    fallbackButton: v.optional(v.string('a string')),
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
