/**
 * The meaning of a browser's refusal.
 *
 * @module
 */

import { failure, PowerAuthErrorCode, type PowerAuthError } from '../errors.ts';

interface Meaning {
  readonly code: PowerAuthErrorCode;
  readonly message: string;
}

/**
 * By the name of the DOMException. A browser distinguishes as few cases as it can, so that pages learn nothing about
 * the user. Hence the long list under the first one.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NotAllowedError: {
    code: PowerAuthErrorCode.BIOMETRY_CANCEL,
    message:
      'The dialog for the passkey ended without one: it was cancelled or timed out, the user was not recognised, or the passkey is no longer there',
  },
  SecurityError: {
    code: PowerAuthErrorCode.BIOMETRY_NOT_AVAILABLE,
    message: 'This page may not use passkeys of the relying party (rpId); see cause',
  },
  ConstraintError: {
    code: PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED,
    message: 'No authenticator is there that can verify the user',
  },
  NotSupportedError: {
    code: PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED,
    message: 'No authenticator is there that makes such passkeys',
  },
  OperationError: {
    code: PowerAuthErrorCode.BIOMETRY_NOT_AVAILABLE,
    message: 'Another dialog for a passkey is open',
  },
};

const OTHER: Meaning = {
  code: PowerAuthErrorCode.BIOMETRY_FAILED,
  message: 'The passkey could not be made or used; see cause',
};

/**
 * The error for what `navigator.credentials` rejected with.
 *
 * @param inFront whether the page had the focus when it asked
 */
export function biometryFailure(cause: unknown, inFront: boolean): PowerAuthError {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError' && !inFront) {
    return failure(
      PowerAuthErrorCode.BIOMETRY_NOT_AVAILABLE,
      "The browser doesn't allow passkeys in a page that is not in front",
      { cause },
    );
  }
  const { code, message } = Object.hasOwn(MEANINGS, name) ? (MEANINGS[name] ?? OTHER) : OTHER;
  return failure(code, message, { cause });
}
