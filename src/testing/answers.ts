/**
 * The forms of the server's answers.
 *
 * @module
 */

import type { OutgoingHttpHeaders } from 'node:http';

/** An answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** In addition to the content type, JSON, which they may replace. */
  readonly headers?: OutgoingHttpHeaders;
}

/** An answer that is text. */
type TextAnswer = Answer & { readonly body: string };

/** `{status: "OK"}`, with an object if there is one. */
export function ok(responseObject?: object): TextAnswer {
  return { status: 200, body: JSON.stringify({ status: 'OK', ...(responseObject && { responseObject }) }) };
}

/** A JSON body without a wrapping. */
export function bare(body: object): Answer {
  return { status: 200, body: JSON.stringify(body) };
}

function error(status: number, code: string, message: string, more: object = {}): Answer {
  return { status, body: JSON.stringify({ status: 'ERROR', responseObject: { code, message, ...more } }) };
}

/** The answer to a field that fails its validation; servers from 2.0 on. */
export const validationFailed = (message: string): Answer => error(400, 'ERR_VALIDATION', message);
/** The answer to a protocol that the server's settings no longer allow. */
export const protocolNotSupported: Answer = error(
  400,
  'ERR0047',
  'Cryptography protocol version is not supported.',
);

const unauthorized = (message: string): Answer => error(401, 'ERR_AUTHENTICATION', message);

const SIGNATURE_INVALID = 'POWER_AUTH_SIGNATURE_INVALID';
export const signatureInvalid: Answer = unauthorized(SIGNATURE_INVALID);
/** The same answer in the words of a release. */
export const inWordsOf = (answer: Answer, message: string): Answer =>
  answer === signatureInvalid && message !== SIGNATURE_INVALID ? unauthorized(message) : answer;
export const tokenInvalid: Answer = unauthorized('POWER_AUTH_TOKEN_INVALID');
/** A token that is not created or removed, though the signature is good. */
export const tokenError: Answer = unauthorized('POWER_AUTH_TOKEN_ERROR');
/** The answer to an incomplete body. */
export const requestInvalid: Answer = unauthorized('POWER_AUTH_REQUEST_INVALID');
export const recoveryNotConfirmed: Answer = unauthorized('POWER_AUTH_RECOVERY_CONFIRM_ERROR');
export const vaultInvalid: Answer = error(400, 'ERR_SECURE_VAULT', 'POWER_AUTH_SECURE_VAULT_INVALID');
export const activationInvalid: Answer = error(400, 'ERR_ACTIVATION', 'POWER_AUTH_ACTIVATION_INVALID');
export const temporaryKeyFailure: Answer = error(
  400,
  'ERR_TEMPORARY_KEY',
  'POWER_AUTH_TEMPORARY_KEY_FAILURE',
);

/**
 * The answer to a wrong PUK of a valid recovery code, with the index of the PUK that is due, or without any details.
 */
export function recoveryInvalid(currentRecoveryPukIndex: number | undefined): Answer {
  if (currentRecoveryPukIndex === undefined) return activationInvalid;
  return error(400, 'INVALID_RECOVERY_CODE', 'POWER_AUTH_RECOVERY_INVALID', { currentRecoveryPukIndex });
}

/** An error outside PowerAuth, in the form of the genuine server's framework. */
export function springError(status: number, message: string, path: string): Answer {
  return {
    status,
    body: JSON.stringify({ timestamp: new Date().toISOString(), status, error: message, path }),
  };
}
