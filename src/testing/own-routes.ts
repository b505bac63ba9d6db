/**
 * Routes of the user's own, behind the checks of PowerAuth.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { Answer } from './answers.ts';
import { signed, withToken, type Incoming, type Route } from './endpoints/request.ts';
import { TWO_FACTORS, type PowerAuthTestSignatureType } from './signature.ts';
import type { Verified } from './verify.ts';

/**
 * A request that has passed the check of its {@link PowerAuthTestRoute}.
 *
 * @example
 * ```ts
 * const greet = ({ userId }: PowerAuthTestRouteRequest) => ({ body: { hello: userId } });
 * ```
 */
export interface PowerAuthTestRouteRequest {
  /** HTTP method. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As received, without its `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As received. */
  readonly body: Uint8Array;
  /** The activation that signed it, or whose token it has. */
  readonly activationId: string;
  /** The user of the activation. */
  readonly userId: string;
  /** The factors of the signature, or of the token. */
  readonly signatureType: PowerAuthTestSignatureType;
}

/**
 * The answer of a {@link PowerAuthTestRoute}.
 *
 * @example
 * ```ts
 * const answer: PowerAuthTestRouteAnswer = { status: 201, body: { paid: true } };
 * ```
 */
export interface PowerAuthTestRouteAnswer {
  /** HTTP status. Default 200. */
  readonly status?: number;
  /** In addition to `Content-Type: application/json`, which they may replace. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are, anything else as JSON. Default: nothing. */
  readonly body?: unknown;
}

/**
 * A route of your own, which PowerAuth protects: others get 401, and your code isn't called.
 *
 * @example
 * ```ts
 * const route: PowerAuthTestRoute = {
 *   path: '/payment',
 *   by: 'signature',
 *   answer: ({ userId, body }) => ({ body: { userId, bytes: body.length } }),
 * };
 * ```
 */
export interface PowerAuthTestRoute {
  /** From the first `/`, without a query; none of the server's own paths. */
  readonly path: string;
  /** HTTP method, or `*` for any. Default `POST`. */
  readonly method?: string;
  /** What a request must have: the header of a token, or that of a signature. */
  readonly by: 'token' | 'signature';
  /** Identifier of the resource that a signature covers. Default: the path. */
  readonly uriId?: string;
  /** The accepted factors. Default: two or three, as `/api/protected/…` has it. */
  readonly signatureTypes?: readonly PowerAuthTestSignatureType[];
  /** Answers a request. If it throws, the answer is 500. */
  readonly answer: (
    request: PowerAuthTestRouteRequest,
  ) => PowerAuthTestRouteAnswer | Promise<PowerAuthTestRouteAnswer>;
}

/** Handlers by path, then by method. */
export type RouteTable = Readonly<Record<string, Readonly<Record<string, Route>>>>;

const RESERVED = /^\/(?:pa|rest|admin|playground)(?:\/|$)/;

/**
 * The table of a user's routes.
 *
 * @param isTaken tells whether a path is one of the server's own
 * @throws WRONG_PARAMETER that names the field
 */
export function routeTable(
  routes: readonly PowerAuthTestRoute[],
  isTaken: (path: string) => boolean,
): RouteTable {
  const table: Record<string, Record<string, Route>> = Object.create(null) as Record<
    string,
    Record<string, Route>
  >;
  for (const [index, route] of routes.entries()) {
    const { path, method = 'POST' } = route;
    const wrong = (what: string): Error =>
      failure(PowerAuthErrorCode.WRONG_PARAMETER, `options.routes[${index}].path: ${what}`);
    if (isTaken(path) || RESERVED.test(path)) throw wrong(`${path} is a path of the server's own`);
    const methods = (table[path] ??= Object.create(null) as Record<string, Route>);
    if (methods[method] !== undefined) throw wrong(`${method} ${path} is there twice`);
    methods[method] = handlerOf(route);
  }
  return table;
}

function handlerOf({
  path,
  by,
  uriId = path,
  signatureTypes = TWO_FACTORS,
  answer,
}: PowerAuthTestRoute): Route {
  const reply = async (
    { activation: { activationId, userId }, signatureType }: Verified,
    { method, path, query, headers, body }: Incoming,
  ): Promise<Answer> => {
    const given = { method, path, query, headers, body, activationId, userId, signatureType };
    return answerOf(await answer(given));
  };
  if (by === 'signature')
    return signed({ uriId, signatureTypes }, (verified, _, request) => reply(verified, request));
  return withToken(signatureTypes, (verified, _, request) => reply(verified, request));
}

function answerOf({ status = 200, headers, body }: PowerAuthTestRouteAnswer): Answer {
  const isAsItIs = typeof body === 'string' || body instanceof Uint8Array;
  return {
    status,
    body: isAsItIs ? body : body === undefined ? '' : JSON.stringify(body),
    ...(headers && { headers }),
  };
}
