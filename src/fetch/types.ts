/**
 * What `powerAuthFetch` takes and returns.
 *
 * @module
 */

import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';

/**
 * Options of {@link powerAuthFetch}.
 *
 * @example
 * ```ts
 * const options: PowerAuthFetchOptions = {
 *   origins: ['https://bank.example'],
 *   token: { name: 'api', authentication: () => PowerAuthAuthentication.possession() },
 * };
 * ```
 */
export interface PowerAuthFetchOptions {
  /**
   * The origins that get headers, such as `https://bank.example`; all others never do. `http:` is for this machine
   * alone (`localhost`, `127.0.0.1`, `[::1]`), unless `enableUnsecureTraffic` is set.
   */
  readonly origins: readonly string[];
  /** The access token whose header requests get; without it only requests that say so get a header. */
  readonly token?:
    | {
        /** Name of the token. It is requested when it is first needed. */
        readonly name: string;
        /**
         * Returns the factors of the token; called only when the server is asked for one. It must send no request that
         * needs this token, which would wait for its answer.
         */
        readonly authentication: () => PowerAuthAuthentication | Promise<PowerAuthAuthentication>;
      }
    | undefined;
  /** Sends the requests. Default: the runtime's own `fetch`, as it is at that moment. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * How one request is authenticated and encrypted.
 *
 * @example
 * ```ts
 * const options: PowerAuthFetchRequestOptions = { sign: authentication, uriId: '/payment' };
 * const response = await bank('https://bank.example/payment', { method: 'POST', body, powerAuth: options });
 * ```
 */
export interface PowerAuthFetchRequestOptions {
  /** Signs the request with these factors, in place of the token's header. */
  readonly sign?: PowerAuthAuthentication | undefined;
  /** Identifier of the resource, as client and server agreed on it; needed with `sign`. */
  readonly uriId?: string | undefined;
  /** Encrypts the body in this scope, and decrypts the answer. */
  readonly encrypt?: 'activation' | 'application' | undefined;
  /**
   * What the signature of an encrypted request covers: `content`, the default, is what a handler with `@PowerAuth` and
   * `@PowerAuthEncryption` verifies; `cryptogram`, the body as it is sent, is what the endpoints of the Standard
   * RESTful API verify.
   */
  readonly signed?: 'content' | 'cryptogram' | undefined;
  /**
   * Whether the request gets the token's header. Default: true if there is a token, and false for requests that are
   * signed, or encrypted in application scope.
   */
  readonly token?: boolean | undefined;
}

/**
 * The options of `fetch`, and those of this package.
 *
 * @example
 * ```ts
 * const init: PowerAuthRequestInit = { method: 'POST', body: '{}', powerAuth: { encrypt: 'activation' } };
 * ```
 */
export interface PowerAuthRequestInit extends RequestInit {
  /** How the request is authenticated and encrypted, if not by the token's header alone. */
  powerAuth?: PowerAuthFetchRequestOptions | undefined;
}

/**
 * A `fetch` that authenticates.
 *
 * @example
 * ```ts
 * const bank: PowerAuthFetch = powerAuthFetch(powerAuth, { origins: ['https://bank.example'] });
 * const asFetch: typeof fetch = bank;
 * ```
 */
export interface PowerAuthFetch {
  /** Sends a request, as `fetch` does. */
  (input: string | URL | Request, init?: PowerAuthRequestInit): Promise<Response>;
  /**
   * The same with other defaults: for HTTP clients that pass no options of their own on to `fetch`.
   *
   * @example
   * ```ts
   * const signing = bank.with({ sign: authentication, uriId: '/payment' });
   * const response = await signing('https://bank.example/payment', { method: 'POST', body });
   * ```
   */
  with(options: PowerAuthFetchRequestOptions): PowerAuthFetch;
}
