/**
 * A request that is signed when its turn has come.
 *
 * @module
 */

import { isInstance } from '../util/instance.ts';
import { assertText, assertWellFormed, bodyBytes, wrongParameter } from '../util/validate.ts';

/**
 * The request that `PowerAuth.withSignature` signs.
 *
 * @example
 * ```ts
 * const request: PowerAuthSignedRequest = { method: 'POST', uriId: '/payment', body: '{"amount":"100"}' };
 * ```
 */
export interface PowerAuthSignedRequest {
  /** HTTP method. */
  readonly method: string;
  /** Identifier of the resource, as client and server agreed on it. */
  readonly uriId: string;
  /**
   * The body exactly as it will be sent: text (in UTF-8), an ArrayBuffer or a view of one; default: empty. Or a
   * function that returns it, which is called when the request's turn has come: for bodies that contain the time, as
   * encrypted ones do.
   */
  readonly body?:
    | string
    | ArrayBuffer
    | ArrayBufferView
    | (() => string | ArrayBuffer | ArrayBufferView | Promise<string | ArrayBuffer | ArrayBufferView>)
    | undefined;
  /**
   * The query of a GET request, decoded, as for `requestGetSignature`; an empty object if it has none. Signed in place
   * of a body.
   */
  readonly params?: object | undefined;
  /** Ends the call, with its reason, also while it waits for its turn. Nothing is sent after that. */
  readonly signal?: AbortSignal | undefined;
}

/** A request that was checked, with its own copy of the body. */
interface CheckedRequest extends Omit<PowerAuthSignedRequest, 'body'> {
  readonly body: Uint8Array | Extract<PowerAuthSignedRequest['body'], () => unknown>;
}

/**
 * The checked parts of a request.
 *
 * @throws WRONG_PARAMETER
 * @internal
 */
export function readSignedRequest(request: unknown): CheckedRequest {
  const { method, uriId, body, params, signal } = membersOf(request);
  assertText(method, 'request.method');
  assertText(uriId, 'request.uriId');
  assertWellFormed(method, 'request.method');
  assertWellFormed(uriId, 'request.uriId');
  if (body !== undefined && params !== undefined)
    throw wrongParameter('request.params', 'none beside a body', params);
  if (params !== undefined && (typeof params !== 'object' || params === null))
    throw wrongParameter('request.params', 'an object or pairs of name and value', params);
  const isGet = method.toUpperCase() === 'GET';
  if (isGet && params === undefined && body === undefined)
    throw wrongParameter(
      'request.params',
      'the query of a GET request, an empty object if it has none',
      params,
    );
  if (!isGet && params !== undefined) throw wrongParameter('request.params', 'them only with GET', params);
  if (signal !== undefined && !isSignal(signal))
    throw wrongParameter('request.signal', 'an AbortSignal', signal);
  return {
    method: method.toUpperCase(),
    uriId,
    // A copy: the caller may use its memory for something else before the turn comes.
    body:
      typeof body === 'function'
        ? (body as Extract<PowerAuthSignedRequest['body'], () => unknown>)
        : bodyBytes(body === undefined ? '' : body, 'request.body'),
    params: params ?? undefined,
    signal,
  };
}

function membersOf(request: unknown): Partial<Record<keyof PowerAuthSignedRequest, unknown>> {
  try {
    if (typeof request === 'object' && request !== null) {
      const { method, uriId, body, params, signal } = request as Record<string, unknown>;
      return { method, uriId, body, params, signal };
    }
  } catch {
    // An object that throws when it is read.
  }
  throw wrongParameter('request', 'an object that can be read', request);
}

/** Of any realm, so not only by its class. */
function isSignal(value: unknown): value is AbortSignal {
  if (isInstance(value, AbortSignal)) return true;
  try {
    const { aborted, addEventListener } = value as Partial<AbortSignal>;
    return typeof aborted === 'boolean' && typeof addEventListener === 'function';
  } catch {
    return false;
  }
}
