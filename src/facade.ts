/**
 * What all public methods do before and after their work: check parameters, and let no other error out than PowerAuthError.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from './errors.ts';
import { PowerAuthAuthentication } from './model/power-auth-authentication.ts';
import { isPassword, type PowerAuthPassword } from './model/power-auth-password.ts';
import { isInstance, wrongParameter } from './util/validate.ts';

/** Runs a public method's work; what it throws becomes a PowerAuthError if it is none. */
export async function guard<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PowerAuthError) throw error;
    throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, 'Something failed that should not; see cause', {
      cause: error,
    });
  }
}

/** @throws WRONG_PARAMETER unless `value` is a non-empty string */
export function assertText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string' || value === '') throw wrongParameter(field, 'a non-empty string', value);
}

/** @throws WRONG_PARAMETER unless `value` is a string or undefined */
export function assertOptionalText(value: unknown, field: string): asserts value is string | undefined {
  if (value !== undefined && typeof value !== 'string')
    throw wrongParameter(field, 'a string or undefined', value);
}

/** @throws WRONG_PARAMETER unless `value` is a string or a PowerAuthPassword */
export function assertPassword(value: unknown, field: string): asserts value is string | PowerAuthPassword {
  if (typeof value !== 'string' && !isPassword(value)) {
    throw wrongParameter(field, 'a string or a PowerAuthPassword', value);
  }
}

/** @throws WRONG_PARAMETER unless `value` is a PowerAuthAuthentication for what it is used for */
export function assertAuthentication(
  value: unknown,
  field: string,
  use: { readonly commit: boolean },
): asserts value is PowerAuthAuthentication {
  if (!isInstance(value, PowerAuthAuthentication)) {
    throw wrongParameter(field, 'a PowerAuthAuthentication', value);
  }
  if (value.isActivationCommit !== use.commit) {
    const expected = use.commit
      ? 'one for a commit, as commitWithPassword makes'
      : 'one for signing, as possession or password make';
    throw failure(PowerAuthErrorCode.WRONG_PARAMETER, `${field}: expected ${expected}, got the other kind`);
  }
  if (value.password !== undefined) assertPassword(value.password, `${field}.password`);
  else if (use.commit) throw wrongParameter(`${field}.password`, 'a password', value.password);
}
