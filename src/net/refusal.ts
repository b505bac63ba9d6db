/**
 * Turns a server's refusal into an error.
 *
 * @module
 */

import { failure, oneLine, PowerAuthErrorCode, type PowerAuthErrorData } from '../errors.ts';
import { parseJson } from '../util/validate.ts';

/** How much of a body, and of its fields, an error keeps, in characters. */
const MAX_ERROR_BODY = 4096;

/** The error of an unsuccessful answer: AUTHENTICATION_ERROR for status 401, otherwise RESPONSE_ERROR. */
export function refusal(status: number, body: string): Error {
  const errorData = {
    httpStatusCode: status,
    responseBody: body.slice(0, MAX_ERROR_BODY),
    ...powerAuthError(body),
  };
  const unsupported = UNSUPPORTED[errorData.serverResponseCode ?? ''];
  if (unsupported !== undefined) {
    const code = status === 401 ? PowerAuthErrorCode.AUTHENTICATION_ERROR : PowerAuthErrorCode.RESPONSE_ERROR;
    return failure(
      code,
      `The server no longer accepts ${unsupported} (HTTP ${status}, ${errorData.serverResponseCode}): its operator must allow it again, or the app needs a client of protocol 4`,
      { errorData },
    );
  }
  const said = errorData.serverResponseCode === undefined ? '' : `, ${oneLine(errorData.serverResponseCode)}`;
  if (status === 401) {
    return failure(
      PowerAuthErrorCode.AUTHENTICATION_ERROR,
      `The server refused the authentication (HTTP 401${said}): a wrong password or biometry, a missing factor, or an activation that is blocked or removed; fetchActivationStatus tells which. From confirmRecoveryCode it may also mean that the server doesn't accept the recovery code`,
      { errorData },
    );
  }
  return failure(
    PowerAuthErrorCode.RESPONSE_ERROR,
    `The server answered HTTP ${status}${said}${hint(status, errorData.serverResponseCode)}`,
    { errorData },
  );
}

/** Codes of servers from 2.0 on whose settings exclude this client. */
const UNSUPPORTED: Readonly<Record<string, string | undefined>> = {
  ERR0046: 'the algorithm of protocol 3.3, P-256',
  ERR0047: 'protocol 3.3',
};

function hint(status: number, code?: string): string {
  // The first thing that fails, and what follows from a forgotten commit or a server with other keys.
  if (code === 'ERR_TEMPORARY_KEY')
    return ": it doesn't know the application key, or the activation isn't ACTIVE; fetchActivationStatus tells which";
  if (status === 200) return ' in a body that says that it is an error';
  const isRedirect = status === 0 || (status >= 300 && status < 400);
  return isRedirect ? '; redirects are not followed, check baseEndpointUrl' : '';
}

/** An answer that is not encrypted, as far as it has these fields. */
interface PlainAnswer {
  readonly status?: unknown;
  readonly responseObject?: Readonly<Record<string, unknown>> | null;
}

const parsePlain = (body: string): PlainAnswer => (parseJson(body) as PlainAnswer | null | undefined) ?? {};

/**
 * Whether a server, or a proxy in front of it, reports an error with status 200. An encrypted answer has no such field.
 */
export function saysError(body: string | undefined): boolean {
  // Answers are parsed once more where they are used; the word may be written with escapes.
  if (body === undefined || !/ERROR|\\/.test(body)) return false;
  return parsePlain(body).status === 'ERROR';
}

/** What `{status: "ERROR", responseObject: {code, message}}` says, if the body has that form. */
function powerAuthError(body: string): PowerAuthErrorData {
  const { code, message, currentRecoveryPukIndex } = parsePlain(body).responseObject ?? {};
  return {
    ...(typeof code === 'string' ? { serverResponseCode: code.slice(0, MAX_ERROR_BODY) } : {}),
    ...(typeof message === 'string' ? { serverResponseMessage: message.slice(0, MAX_ERROR_BODY) } : {}),
    // As in the React Native SDK: an invalid PUK index means that none is due.
    ...(isPukIndex(currentRecoveryPukIndex) ? { currentRecoveryPukIndex } : {}),
  };
}

function isPukIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
