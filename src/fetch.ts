/**
 * A `fetch` that authenticates: token headers, signatures, end-to-end encryption.
 *
 * It uses the instance that it is given, and no other part of the package; it brings no dependency.
 *
 * @module powerauth-wasm/fetch
 */

import { failure, PowerAuthErrorCode } from './errors.ts';
import { assertOptions, Exchange, type Send } from './fetch/exchange.ts';
import { discard, orElse } from './fetch/discard.ts';
import { isRedirect, redirected } from './fetch/redirect.ts';
import { assertFetchable, optionsFor, readRequest, urlOf, type ReadRequest } from './fetch/request.ts';
import { FetchToken } from './fetch/token.ts';
import type {
  PowerAuthFetch,
  PowerAuthFetchOptions,
  PowerAuthFetchRequestOptions,
  PowerAuthRequestInit,
} from './fetch/types.ts';
import type { PowerAuth } from './power-auth.ts';
import { requireGlobal } from './util/globals.ts';
import { wrongParameter } from './util/validate.ts';

export type {
  PowerAuthFetch,
  PowerAuthFetchOptions,
  PowerAuthFetchRequestOptions,
  PowerAuthRequestInit,
} from './fetch/types.ts';

/**
 * Makes a `fetch` for the servers that know an activation. It has the type of `fetch`, and does what that does, but:
 *
 * - Requests to the listed origins get a header of the token, or a signature (`init.powerAuth.sign`), and may be
 *   encrypted (`init.powerAuth.encrypt`). Others are passed on as they are.
 * - Redirects are followed here. Each request within the listed origins gets its own header; beyond them none goes
 *   along. A signed or encrypted request is not sent to another origin: the caller gets the redirect. Browsers show
 *   no script where a redirect leads, so there it is a NETWORK_ERROR; `redirect: 'manual'` and `'error'` are as usual.
 * - A body is read once, and the same bytes are signed, encrypted and sent.
 * - After a 401 for a token the time is synchronised if it may be wrong, or else the token renewed, and the request is
 *   sent once more. A second 401 is the caller's. So is each 401 for a signature with a password or biometry;
 *   possession alone is tried once more after `fetchActivationStatus`.
 * - Signed requests take turns, in all processes that share the storage: see `PowerAuth.withSignature`.
 *
 * Whatever status an answer has, it is a Response. Time-outs and retries are up to the caller, around this function:
 * each try gets a new header. docs/http-clients.md shows how, with the usual HTTP clients.
 *
 * @param powerAuth a configured instance, or one that will be
 * @throws WRONG_PARAMETER for invalid options. The function rejects with a PowerAuthError for failures of the SDK, such
 *   as MISSING_ACTIVATION, and as `fetch` does for failures of the network and of the request
 * @example
 * ```ts
 * const bank = powerAuthFetch(powerAuth, {
 *   origins: ['https://bank.example'],
 *   token: { name: 'api', authentication: () => PowerAuthAuthentication.possession() },
 * });
 * const accounts = await bank('https://bank.example/accounts');
 * const payment = await bank('https://bank.example/payment', {
 *   method: 'POST',
 *   body: JSON.stringify({ amount: '100' }),
 *   powerAuth: { encrypt: 'activation', sign: PowerAuthAuthentication.password('1234'), uriId: '/payment' },
 * });
 * ```
 */
export function powerAuthFetch(powerAuth: PowerAuth, options: PowerAuthFetchOptions): PowerAuthFetch {
  assertInstance(powerAuth);
  if (typeof options !== 'object' || (options as unknown) === null)
    throw wrongParameter('options', 'an object', options);
  const { origins, token, fetch: own } = options;
  const listed = new Set(originsOf(origins));
  assertToken(token);
  if (own !== undefined && typeof own !== 'function') throw wrongParameter('fetch', 'a function', own);
  const fetcher = (): typeof globalThis.fetch => own ?? requireGlobal('fetch');

  const send: Send = ({ url, method, headers, body, redirect, rest }, more, signal) => {
    const all = new Headers(headers);
    for (const { key, value } of more) all.set(key, value);
    return fetcher()(url.href, {
      ...rest,
      method,
      headers: all,
      ...(body && { body }),
      ...(signal && { signal }),
      redirect: redirect === 'follow' ? 'manual' : redirect,
    });
  };
  const exchange = new Exchange(powerAuth, token && new FetchToken(powerAuth, token), send);

  const follow = async (first: ReadRequest, given: PowerAuthFetchRequestOptions): Promise<Response> => {
    let request = first;
    let own = given;
    for (let hops = 0; ; hops++) {
      assertSecure(powerAuth, request.url);
      const response = await exchange.answer(request, own);
      if (request.redirect !== 'follow') return marked(response, hops);
      if (response.type === 'opaqueredirect') throw hiddenRedirect();
      if (!isRedirect(response)) return marked(response, hops);
      const next = await orElse(
        () => redirected(request, response, hops),
        () => discard(response),
      );
      const isPlain = own.sign === undefined && own.encrypt === undefined;
      const isListed = listed.has(next.url.origin);
      const isSame = next.method === request.method;
      if (!isListed && isSame && !isPlain) return marked(response, hops);
      discard(response);
      // From here on it is like any other request of the application, wherever it is led back to.
      if (!isListed) return marked(await plain(fetcher(), next), hops + 1);
      // What was signed or encrypted was the body, which a redirect to a result doesn't have.
      if (!isSame) own = {};
      request = next;
    }
  };

  const make = (defaults: PowerAuthFetchRequestOptions): PowerAuthFetch => {
    const fetchWith = async (
      input: string | URL | Request,
      init?: PowerAuthRequestInit,
    ): Promise<Response> => {
      const mine = optionsFor(defaults, init?.powerAuth);
      const url = urlOf(input);
      if (!listed.has(url.origin)) return passOn(fetcher(), input, init, mine);
      const request = await readRequest(input, init, url);
      assertOptions(mine, request);
      const needsHeader =
        mine.sign !== undefined ||
        mine.encrypt !== undefined ||
        (token !== undefined && mine.token !== false);
      // Browsers leave our headers out then, and say nothing.
      if (needsHeader && request.rest['mode'] === 'no-cors')
        throw wrongParameter('mode', 'one in which a header can be sent', 'no-cors');
      if (mine.sign !== undefined) assertFetchable(request);
      request.signal?.throwIfAborted();
      return follow(request, mine);
    };
    return Object.assign(fetchWith, {
      with: (more: PowerAuthFetchRequestOptions) => make(optionsFor(defaults, more)),
    });
  };
  return make({});
}

/** A request to an origin that gets no header. */
async function passOn(
  send: typeof globalThis.fetch,
  input: string | URL | Request,
  init: PowerAuthRequestInit | undefined,
  { sign, encrypt }: PowerAuthFetchRequestOptions,
): Promise<Response> {
  if (sign !== undefined || encrypt !== undefined) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      'url: expected one of the listed origins for a request that is signed or encrypted, got another; nothing was sent',
    );
  }
  if ((init ?? undefined) === undefined) return send(input);
  const { powerAuth: _, ...rest } = init ?? {};
  return send(input, rest);
}

function plain(send: typeof globalThis.fetch, request: ReadRequest): Promise<Response> {
  const { url, method, headers, body, signal, rest } = request;
  return send(url.href, { ...rest, method, headers, ...(body && { body }), ...(signal && { signal }) });
}

/** Notes in a response that redirects have led to it. */
function marked(response: Response, hops: number): Response {
  if (hops > 0) Object.defineProperty(response, 'redirected', { value: true, configurable: true });
  return response;
}

function originsOf(origins: unknown): string[] {
  if (!Array.isArray(origins) || origins.length === 0)
    throw wrongParameter('origins', 'at least one origin', origins);
  return origins.map((text: unknown, i) => {
    const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
      throw wrongParameter(`origins[${i}]`, 'an origin such as https://bank.example', text);
    return url.origin;
  });
}

/** An instance may come from another copy of the package. */
function assertInstance(powerAuth: unknown): void {
  const { withSignature, tokenStore } = (powerAuth ?? {}) as Partial<PowerAuth>;
  if (typeof withSignature !== 'function' || typeof tokenStore !== 'object')
    throw wrongParameter('powerAuth', 'an instance of PowerAuth', powerAuth);
}

function assertToken(token: PowerAuthFetchOptions['token']): void {
  if (token === undefined) return;
  if (typeof token !== 'object' || (token as unknown) === null)
    throw wrongParameter('token', 'an object', token);
  if (typeof token.name !== 'string' || token.name === '')
    throw wrongParameter('token.name', 'a non-empty string', token.name);
  if (typeof token.authentication !== 'function')
    throw wrongParameter('token.authentication', 'a function', token.authentication);
}

/** @throws NETWORK_ERROR for `http:` to another machine, as for the PowerAuth server itself */
function assertSecure(powerAuth: PowerAuth, { protocol, hostname }: URL): void {
  if (protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return;
  if (powerAuth.clientConfiguration?.enableUnsecureTraffic === true) return;
  throw failure(
    PowerAuthErrorCode.NETWORK_ERROR,
    'url: expected https://, got http://, over which no header is sent; clientConfiguration.enableUnsecureTraffic allows it for tests',
  );
}

function hiddenRedirect(): Error {
  return failure(
    PowerAuthErrorCode.NETWORK_ERROR,
    "The server answered with a redirect, and a browser doesn't let a page see where it leads, so no header can be sent there; request the final address, or pass redirect: 'manual'",
  );
}
