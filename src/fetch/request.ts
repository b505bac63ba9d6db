/**
 * Reads what `fetch` is called with.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { unlessAborted } from '../util/abort.ts';
import { wrongParameter } from '../util/validate.ts';
import { bytesOf, readBody } from './body.ts';
import type { PowerAuthFetchRequestOptions, PowerAuthRequestInit } from './types.ts';

/** A request that can be sent any number of times. */
export interface ReadRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly redirect: RequestRedirect;
  readonly signal: AbortSignal | undefined;
  /** All other options, which are passed on as they are. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Methods that the Fetch Standard writes in capitals, however the caller wrote them. */
const NORMALIZED = /^(?:delete|get|head|options|post|put)$/i;

/** Members of a Request that are options, and what they are if nobody has set them. */
const OPTIONS: Readonly<Record<string, unknown>> = {
  cache: 'default',
  credentials: 'same-origin',
  integrity: '',
  keepalive: false,
  mode: 'cors',
  referrer: 'about:client',
  referrerPolicy: '',
};

/** Whether it is a Request, of any realm. */
function isRequest(input: unknown): input is Request {
  if (typeof input !== 'object' || input === null) return false;
  const { url, method, headers } = input as Partial<Request>;
  return typeof url === 'string' && typeof method === 'string' && typeof headers === 'object';
}

/** The URL that a call is for. @throws TypeError as `fetch` does for an invalid one */
export function urlOf(input: unknown): URL {
  const text = isRequest(input) ? input.url : String(input);
  // A page may say, by its `base` element, that its addresses are relative to another one than its own.
  const { document, location } = globalThis as {
    readonly document?: { readonly baseURI?: string };
    readonly location?: { readonly href?: string };
  };
  const base = document?.baseURI ?? location?.href;
  return base === undefined || base === 'about:blank' ? new URL(text) : new URL(text, base);
}

/**
 * Reads a request, including its body.
 *
 * @param url of `input`, read once: the caller may change a URL object while the body is read
 * @throws what `fetch` throws for requests that can't be sent, and the reason of a signal that is aborted
 */
export async function readRequest(
  input: unknown,
  init?: PowerAuthRequestInit | null,
  url = urlOf(input),
): Promise<ReadRequest> {
  const request = isRequest(input) ? input : undefined;
  const {
    powerAuth: _,
    body: ownBody,
    method: ownMethod,
    headers: ownHeaders,
    redirect,
    signal: ownSignal,
    ...own
  } = init ?? {};
  const method = ownMethod ?? request?.method ?? 'GET';
  assertSendable(url, method);
  // A Request always has a signal, and null means none.
  const signal = (ownSignal === undefined ? request?.signal : ownSignal) ?? undefined;
  signal?.throwIfAborted();
  const hasBody = (ownBody ?? undefined) !== undefined;
  const headers = new Headers(pairsOf(ownHeaders ?? request?.headers));
  if (/^(?:get|head)$/i.test(method) && hasBody) {
    throw new TypeError('Request with GET/HEAD method cannot have body');
  }
  const reading = hasBody ? readBody(ownBody, signal) : request && bodyOf(request);
  const body = await (reading && signal ? unlessAborted(reading, signal) : reading);
  if (/^(?:get|head)$/i.test(method) && body !== undefined) {
    throw new TypeError('Request with GET/HEAD method cannot have body');
  }
  if (body?.type !== undefined && !headers.has('content-type')) headers.set('content-type', body.type);
  const { duplex: __, ...rest } = own as Readonly<Record<string, unknown>>;
  return {
    url,
    method: NORMALIZED.test(method) ? method.toUpperCase() : method,
    headers,
    body: body?.bytes,
    redirect: redirect ?? request?.redirect ?? 'follow',
    signal,
    rest: { ...optionsOf(request), ...rest },
  };
}

/** What `fetch` refuses: before a signature uses a value of the counter, and without a word of the URL. */
function assertSendable({ username, password }: URL, method: unknown): void {
  if (username !== '' || password !== '') {
    throw new TypeError('Request cannot be constructed from a URL that includes credentials');
  }
  const name = String(method);
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /^(?:connect|trace|track)$/i.test(name)) {
    throw new TypeError('The method is none that fetch sends');
  }
}

/**
 * Checks all other options as `fetch` does: before a signature uses a value of the counter.
 *
 * @throws TypeError
 */
export function assertFetchable({ url, method, headers, redirect, rest }: ReadRequest): void {
  new Request(url, { ...rest, method, headers, redirect });
}

async function bodyOf(
  request: Request,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type?: string } | undefined> {
  if (request.bodyUsed) throw new TypeError('Cannot use a Request whose body was used already');
  // Firefox has no such member.
  const { body } = request as { readonly body?: unknown };
  if (body === null || /^(?:GET|HEAD)$/.test(request.method)) return undefined;
  const bytes = await bytesOf(request);
  return bytes.length === 0 && body === undefined ? undefined : { bytes };
}

/** The options of a Request that differ from the defaults: some runtimes refuse to be told even those. */
function optionsOf(request: Request | undefined): Record<string, unknown> {
  if (request === undefined) return {};
  const members = request as unknown as Readonly<Record<string, unknown>>;
  const options: Record<string, unknown> = {};
  for (const [name, byDefault] of Object.entries(OPTIONS)) {
    const value = members[name];
    if (value !== undefined && value !== null && value !== byDefault) options[name] = value;
  }
  // What a service worker sees of a page: nobody else may send a navigation, and without CORS no header can be added.
  if (options['mode'] === 'navigate') options['mode'] = 'same-origin';
  if (options['mode'] === 'no-cors') {
    delete options['mode'];
    delete options['credentials'];
  }
  return options;
}

/** Headers of any realm, as what our own class takes. */
function pairsOf(headers: unknown): HeadersInit {
  const pairs: [string, string][] = [];
  if (headers === undefined || headers === null) return pairs;
  if (typeof headers === 'object' && !(Symbol.iterator in headers) && 'forEach' in headers) {
    (headers as Headers).forEach((value, name) => pairs.push([name, value]));
    return pairs;
  }
  return headers as HeadersInit;
}

const NAMES = ['sign', 'uriId', 'encrypt', 'signed', 'token'];

/**
 * The options of one call, upon the defaults.
 *
 * @param given by the caller, if anything is
 * @throws WRONG_PARAMETER for anything but an object with known names: a mistake must not send a request without its
 *   signature
 */
export function optionsFor(
  defaults: PowerAuthFetchRequestOptions,
  given: PowerAuthFetchRequestOptions | undefined,
): PowerAuthFetchRequestOptions {
  if (given === undefined) return defaults;
  if (typeof given !== 'object' || (given as unknown) === null)
    throw wrongParameter('powerAuth', 'an object', given);
  const options = { ...defaults, ...given };
  if (Object.entries(options).some(([name, value]) => !NAMES.includes(name) && value !== undefined)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      'powerAuth: expected only sign, uriId, encrypt, signed and token, got another option as well',
    );
  }
  return options;
}
