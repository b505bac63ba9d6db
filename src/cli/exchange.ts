/**
 * One HTTP request to the application's own server.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { usage } from './failures.ts';

/** How long a request may take as a whole, in ms. */
const PATIENCE_MS = 60_000;
/** How much of a refused request's answer is kept for the error, in characters. */
const KEPT = 4096;

/** An answer with a status from 200 to 299. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** What RFC 9110 calls a token, without methods that `fetch` refuses. */
const METHOD = /^(?!(?:CONNECT|TRACE|TRACK)$)[!#$%&'*+.^_`|~\dA-Z-]+$/;

/**
 * The method in upper case.
 *
 * @throws WRONG_PARAMETER for anything that can't be sent: a signature for it would take a step of the counter
 */
export function methodOf(text: string): string {
  const method = text.toUpperCase();
  if (METHOD.test(method)) return method;
  throw usage('METHOD: expected a method that can be sent, such as GET or POST, got something else');
}

/** @throws NETWORK_ERROR for `http:` without permission, as from the library */
export function assertMaySend(url: URL, isInsecureAllowed: boolean): void {
  if (url.protocol === 'https:' || isInsecureAllowed) return;
  throw failure(
    PowerAuthErrorCode.NETWORK_ERROR,
    'URL: expected https://, got http://, over which nothing is sent; --insecure-http allows it for tests',
  );
}

/**
 * Sends a request. Redirections are not followed: the header is for this server only.
 *
 * @throws NETWORK_ERROR without an answer; AUTHENTICATION_ERROR for 401; RESPONSE_ERROR for any other status
 */
export async function exchange(request: {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
}): Promise<Answer> {
  const { method, url, headers, body, signal } = request;
  let response: Response;
  let content: Uint8Array;
  try {
    response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
    });
    content = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failure(PowerAuthErrorCode.NETWORK_ERROR, `${method} ${url.origin}: no answer (${reason(cause)})`, {
      cause,
    });
  }
  const { status, ok } = response;
  if (ok) return { status, contentType: response.headers.get('content-type') ?? undefined, body: content };
  const responseBody = Buffer.from(content).toString().slice(0, KEPT);
  throw failure(
    status === 401 ? PowerAuthErrorCode.AUTHENTICATION_ERROR : PowerAuthErrorCode.RESPONSE_ERROR,
    `${method} ${url.pathname}: expected a status from 200 to 299, got ${status}${responseBody === '' ? '' : `: ${firstLine(responseBody)}`}`,
    { errorData: { httpStatusCode: status, responseBody } },
  );
}

function reason(error: unknown): string {
  const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}

function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
