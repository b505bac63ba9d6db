/**
 * One request and its answer: authenticated, encrypted, tried once more where that helps. Redirects come later.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthSignedRequest } from '../model/power-auth-signed-request.ts';
import type { PowerAuth } from '../power-auth.ts';
import { unlessAborted } from '../util/abort.ts';
import { describe } from '../util/validate.ts';
import { discard, orElse } from './discard.ts';
import { Encryption } from './encryption.ts';
import { signedPairs } from './query.ts';
import type { ReadRequest } from './request.ts';
import type { FetchToken } from './token.ts';
import type { PowerAuthFetchRequestOptions } from './types.ts';

/** One of our headers. */
interface Header {
  readonly key: string;
  readonly value: string;
}

/** Sends a request with these headers, and this body in place of its own. */
export type Send = (
  request: ReadRequest,
  headers: readonly Header[],
  signal: AbortSignal | undefined,
) => Promise<Response>;

/** Exchanges requests for answers. */
export class Exchange {
  readonly #powerAuth: PowerAuth;
  readonly #token: FetchToken | undefined;
  readonly #send: Send;

  constructor(powerAuth: PowerAuth, token: FetchToken | undefined, send: Send) {
    this.#powerAuth = powerAuth;
    this.#token = token;
    this.#send = send;
  }

  /** Sends a request to one of the listed origins, and returns its answer, which may be a redirect. */
  async answer(request: ReadRequest, options: PowerAuthFetchRequestOptions): Promise<Response> {
    const { sign, encrypt } = options;
    if (sign !== undefined) return this.#signed(request, sign, options);
    if (options.token ?? encrypt !== 'application') return this.#withToken(request, options);
    return this.#encrypted(request, options, []);
  }

  async #withToken(request: ReadRequest, options: PowerAuthFetchRequestOptions): Promise<Response> {
    const token = this.#token;
    if (token === undefined) return this.#encrypted(request, options, []);
    const path = request.url.origin + request.url.pathname;
    const { signal } = request;
    const header = await unless(signal, token.header());
    const first = await this.#encrypted(request, options, [header]);
    const mayRetry =
      first.status === 401 &&
      (await orElse(
        () => unless(signal, token.recover(header, first, path)),
        () => discard(first),
      ));
    if (!mayRetry) {
      token.settle(header, first.status, path, false);
      return first;
    }
    discard(first);
    const again = await unless(signal, token.header());
    const second = await this.#encrypted(request, options, [again]);
    token.settle(again, second.status, path, true);
    return second;
  }

  /** Encrypts the body if that is asked for, each time anew. */
  async #encrypted(
    request: ReadRequest,
    { encrypt }: PowerAuthFetchRequestOptions,
    headers: readonly Header[],
  ): Promise<Response> {
    if (encrypt === undefined) return this.#send(request, headers, request.signal);
    const encrypting = this.#encrypt(request, encrypt);
    const encryption = await orElse(
      () => unless(request.signal, encrypting),
      () => abandon(encrypting),
    );
    const response = await this.#sendEncrypted(
      request,
      encryption,
      [...headers, encryption.header],
      request.signal,
    );
    return unless(request.signal, encryption.decrypt(response));
  }

  #encrypt({ body }: ReadRequest, scope: 'activation' | 'application'): Promise<Encryption> {
    return Encryption.of(this.#powerAuth, scope, body ?? new Uint8Array());
  }

  async #sendEncrypted(
    request: ReadRequest,
    encryption: Encryption,
    headers: readonly Header[],
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const own = new Headers(request.headers);
    own.set('content-type', 'application/json');
    try {
      return await this.#send({ ...request, headers: own, body: encryption.body }, headers, signal);
    } catch (error) {
      await encryption.abandon();
      throw error;
    }
  }

  async #signed(
    request: ReadRequest,
    sign: PowerAuthAuthentication,
    options: PowerAuthFetchRequestOptions,
  ): Promise<Response> {
    const first = await this.#inTurn(request, sign, options);
    // A wrong password costs an attempt each time. Possession alone may be refused because the counters have parted.
    if (first.status !== 401 || !isPossessionAlone(sign)) return first;
    const { state } = await orElse(
      () => unless(request.signal, this.#powerAuth.fetchActivationStatus()),
      () => discard(first),
    );
    if (state !== 'ACTIVE') return first;
    discard(first);
    return this.#inTurn(request, sign, options);
  }

  async #inTurn(
    request: ReadRequest,
    sign: PowerAuthAuthentication,
    { encrypt, uriId, signed = 'content' }: PowerAuthFetchRequestOptions,
  ): Promise<Response> {
    const { method, url, body = new Uint8Array(), signal } = request;
    let encrypting: Promise<Encryption> | undefined;
    const encrypted = async (): Promise<Encryption | undefined> =>
      encrypt && (encrypting ??= this.#encrypt(request, encrypt));
    const content: Pick<PowerAuthSignedRequest, 'body' | 'params'> =
      method === 'GET'
        ? { params: signedPairs(url.search) }
        : // Encrypted when the turn has come: a cryptogram contains the time.
          { body: encrypt && signed === 'cryptogram' ? async () => (await encrypted())?.body ?? body : body };
    const toSign = { method, uriId: uriId ?? '', ...content, signal };
    const exchange = (): Promise<Response> =>
      this.#powerAuth.withSignature(sign, toSign, async (header, ended) => {
        const sealed = await encrypted();
        const both = anyOf(ended, signal);
        if (sealed === undefined) return this.#send(request, [header], both);
        // The signature's header is enough.
        return this.#sendEncrypted(request, sealed, [header], both);
      });
    const response = await orElse(exchange, () => abandon(encrypting));
    const encryption = await encrypting;
    return encryption === undefined ? response : unless(signal, encryption.decrypt(response));
  }
}

/** @throws WRONG_PARAMETER for options that don't go together */
export function assertOptions(options: PowerAuthFetchRequestOptions, { method }: ReadRequest): void {
  const { sign, uriId, encrypt, signed, token } = options as Readonly<Record<string, unknown>>;
  if (token !== undefined && typeof token !== 'boolean')
    refuse(`powerAuth.token: expected true or false, got ${describe(token)}`);
  if (signed !== undefined && signed !== 'content' && signed !== 'cryptogram')
    refuse("powerAuth.signed: expected 'content' or 'cryptogram', got another value");
  if (sign !== undefined && (typeof uriId !== 'string' || uriId === ''))
    refuse('powerAuth.uriId: expected the identifier of the resource beside sign, got none');
  if (encrypt === undefined) return;
  if (encrypt !== 'activation' && encrypt !== 'application')
    refuse("powerAuth.encrypt: expected 'activation' or 'application', got another value");
  if (method === 'GET' || method === 'HEAD')
    refuse(`powerAuth.encrypt: expected a method whose requests have a body, got ${method}`);
  if (sign !== undefined && encrypt === 'application')
    refuse("powerAuth.encrypt: expected 'activation' for a request that is signed, got 'application'");
}

function refuse(message: string): never {
  throw failure(PowerAuthErrorCode.WRONG_PARAMETER, message);
}

/** The factors of an object that the deprecated constructor made are in its fields. */
function isPossessionAlone(authentication: PowerAuthAuthentication): boolean {
  const { password, userPassword, isBiometricAuthentication } = authentication as unknown as Readonly<
    Record<string, unknown>
  >;
  return password === undefined && userPassword === undefined && isBiometricAuthentication === false;
}

/** Settles as `promise` does, or rejects with the reason of the caller's signal. */
const unless = <T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> =>
  signal === undefined ? promise : unlessAborted(promise, signal);

/** Wipes the keys of a cryptogram that is not sent, as soon as it is there. */
const abandon = async (encrypting: Promise<Encryption> | undefined): Promise<void> =>
  (await encrypting)?.abandon();

function anyOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  if (other === undefined) return one;
  // Older browsers lack it; there the turn's signal also follows the caller's, until the answer begins.
  return typeof AbortSignal.any === 'function' ? AbortSignal.any([one, other]) : one;
}
