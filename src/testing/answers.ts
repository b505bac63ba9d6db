/**
 * The forms of the server's answers.
 *
 * @module
 */

/** An answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** `{status: "OK"}`, with an object where there is one. */
export function ok(responseObject?: object): Answer {
  return { status: 200, body: JSON.stringify({ status: 'OK', ...(responseObject && { responseObject }) }) };
}

/** A JSON body without a wrapping. */
export function bare(body: object): Answer {
  return { status: 200, body: JSON.stringify(body) };
}

function error(status: number, code: string, message: string, more: object = {}): Answer {
  return { status, body: JSON.stringify({ status: 'ERROR', responseObject: { code, message, ...more } }) };
}

export const signatureInvalid: Answer = error(401, 'ERR_AUTHENTICATION', 'POWER_AUTH_SIGNATURE_INVALID');
export const tokenInvalid: Answer = error(401, 'ERR_AUTHENTICATION', 'POWER_AUTH_TOKEN_INVALID');
export const activationInvalid: Answer = error(400, 'ERR_ACTIVATION', 'POWER_AUTH_ACTIVATION_INVALID');
export const temporaryKeyFailure: Answer = error(
  400,
  'ERR_TEMPORARY_KEY',
  'POWER_AUTH_TEMPORARY_KEY_FAILURE',
);
export const recoveryNotConfirmed: Answer = error(
  401,
  'ERR_AUTHENTICATION',
  'POWER_AUTH_RECOVERY_CONFIRM_ERROR',
);
export const badRequest: Answer = error(400, 'ERR_REQUEST', 'POWER_AUTH_REQUEST_INVALID');

/** A recovery code or PUK that is not accepted; with the index of the PUK that is due, where one is. */
export function recoveryInvalid(currentPukIndex: number | undefined): Answer {
  return error(400, 'INVALID_RECOVERY_CODE', 'POWER_AUTH_RECOVERY_INVALID', {
    currentRecoveryPukIndex: currentPukIndex ?? null,
  });
}

/** An error outside PowerAuth, as the genuine server's framework answers it. */
export function springError(status: number, message: string, path: string): Answer {
  return {
    status,
    body: JSON.stringify({ timestamp: new Date().toISOString(), status, error: message, path }),
  };
}
