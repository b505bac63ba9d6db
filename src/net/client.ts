/**
 * HTTP to the PowerAuth server, over `fetch`.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { deconfigured, lostLock, throwIfLost, type LockSigns } from '../util/abort.ts';
import { wrongAnswer } from '../util/answers.ts';
import { base64 } from '../util/base64.ts';
import { concat, jsonText, utf8 } from '../util/bytes.ts';
import type { Ending } from '../util/ending.ts';
import { requireGlobal } from '../util/globals.ts';
import { isInstance } from '../util/instance.ts';
import { giveUpAfter } from '../util/patience.ts';
import { refusal, saysError } from './refusal.ts';

/** A header, as the public classes return it. */
export interface Header {
  readonly key: string;
  readonly value: string;
}

/** Settings of {@link HttpClient}. */
export interface HttpClientOptions {
  readonly baseEndpointUrl: string;
  readonly enableUnsecureTraffic: boolean;
  /** Until the answer begins, in s. */
  readonly connectionTimeout: number;
  /** For the whole exchange, to the last byte of the answer, in s. */
  readonly readTimeout: number;
  readonly customHttpHeaders: readonly { readonly name: string; readonly value: string }[] | null;
  readonly basicHttpAuthentication: { readonly username: string; readonly password: string } | null;
  /** Default: the runtime's own, as it is when a request is sent: tests and polyfills may replace the global. */
  readonly fetch?: typeof globalThis.fetch;
  /** Aborted when the client ends; its requests end with it. */
  readonly signal?: AbortSignal;
}

/** What is sent with one request. */
export interface RequestOptions {
  readonly header?: Header | readonly Header[];
  /** The storage's lock that the request depends on: nothing is sent without it, and the request ends if it is lost. */
  readonly lock?: LockSigns;
  /** The end of the caller. */
  readonly ended?: Ending;
}

/** The part of an answer that is used, as far as a foreign `fetch` has it. */
type ForeignResponse = Pick<Response, 'status' | 'text'> & {
  readonly type?: string;
  readonly headers?: { get?(name: string): string | null };
  readonly body?: { getReader?(): ReadableStreamDefaultReader<Uint8Array> } | null;
  arrayBuffer?(): Promise<ArrayBuffer>;
};

/** The longest answer of a PowerAuth server, in bytes. */
const MAX_BODY = 1 << 20;

/** Sends POST requests to one server. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #baseUrl: string;
  readonly #isAllowed: boolean;
  readonly #headers: Headers;
  readonly #underWay = new Set<Deadline>();

  /** @throws WRONG_PARAMETER for invalid headers */
  constructor(options: HttpClientOptions) {
    const { baseEndpointUrl, enableUnsecureTraffic } = options;
    this.#options = options;
    this.#baseUrl = baseEndpointUrl.replace(/\/+$/, '');
    this.#isAllowed = enableUnsecureTraffic || new URL(baseEndpointUrl).protocol === 'https:';
    // One listener for all requests: Node takes more than ten on a signal for a leak, and warns.
    options.signal?.addEventListener('abort', () => {
      for (const deadline of this.#underWay) deadline.abort('client');
    });
    this.#headers = commonHeaders(options);
  }

  /**
   * Sends a JSON body and returns the body of an answer with status 200.
   *
   * @param path begins with `/`
   * @throws NETWORK_ERROR (no connection, time-out, broken-off answer, `http:` without permission),
   *   AUTHENTICATION_ERROR (401), RESPONSE_ERROR (other statuses, bodies that report an error or are too long),
   *   OPERATION_CANCELED
   */
  async post(path: string, body: string, options: RequestOptions = {}): Promise<string> {
    const { signal } = this.#options;
    if (!this.#isAllowed) {
      throw failure(
        PowerAuthErrorCode.NETWORK_ERROR,
        'configuration.baseEndpointUrl: expected https://, got http://, over which nothing is sent; clientConfiguration.enableUnsecureTraffic allows it for tests',
      );
    }
    if (options.lock !== undefined) await throwIfLost(options.lock);
    if (signal?.aborted === true || options.ended?.aborted === true) throw deconfigured();
    const deadline = new Deadline(options.lock?.signal, options.ended);
    this.#underWay.add(deadline);
    try {
      return await deadline.unlessOver(this.#exchange(path, body, options.header, deadline));
    } catch (error) {
      throw deadline.explain(error);
    } finally {
      this.#underWay.delete(deadline);
      deadline.clear();
    }
  }

  async #exchange(
    path: string,
    body: string,
    header: RequestOptions['header'],
    deadline: Deadline,
  ): Promise<string> {
    const { connectionTimeout, readTimeout, fetch = requireGlobal('fetch') } = this.#options;
    deadline.start({ connectionTimeout, readTimeout });
    const response = await fetch(this.#baseUrl + path, {
      method: 'POST',
      headers: this.#requestHeaders(header),
      body,
      signal: deadline.signal,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
    });
    deadline.answerBegins();
    const bytes = await readBody(response);
    const text = bytes && jsonText(bytes);
    if (response.status !== 200 || saysError(text)) throw refusal(response.status, text ?? '');
    if (text === undefined) {
      throw wrongAnswer(
        `answer: expected at most ${MAX_BODY} bytes, got more; is baseEndpointUrl that of a PowerAuth server?`,
      );
    }
    return text;
  }

  #requestHeaders(header: RequestOptions['header'] = []): Headers {
    const headers = new (requireGlobal('Headers'))(this.#headers);
    for (const { key, value } of [header].flat()) headers.set(key, value);
    return headers;
  }
}

/** @throws WRONG_PARAMETER for headers that HTTP doesn't allow */
export function assertHeaders(options: Omit<HttpClientOptions, 'signal'>): void {
  const { customHttpHeaders, basicHttpAuthentication } = options;
  if ((customHttpHeaders?.length ?? 0) > 0 || basicHttpAuthentication !== null) commonHeaders(options);
}

function commonHeaders({ customHttpHeaders, basicHttpAuthentication }: HttpClientOptions): Headers {
  const headers = new (requireGlobal('Headers'))({
    Accept: 'application/json',
    'Content-Type': 'application/json',
  });
  for (const { name, value } of customHttpHeaders ?? []) {
    try {
      headers.append(name, value);
    } catch {
      throw failure(
        PowerAuthErrorCode.WRONG_PARAMETER,
        'clientConfiguration.customHttpHeaders: expected names and values that HTTP allows, got others',
      );
    }
  }
  if (basicHttpAuthentication !== null) {
    const { username, password } = basicHttpAuthentication;
    if (username.includes(':')) {
      throw failure(
        PowerAuthErrorCode.WRONG_PARAMETER,
        'clientConfiguration.basicHttpAuthentication.username: expected no colon, got one',
      );
    }
    headers.set('Authorization', `Basic ${base64(utf8(`${username}:${password}`))}`);
  }
  return headers;
}

/**
 * Returns the body, or undefined if it is too long. A foreign `fetch` may have no streams, or its own kind: what it
 * reads itself is limited by the deadline, and checked when it is complete.
 */
async function readBody(response: ForeignResponse): Promise<Uint8Array | undefined> {
  const { body, headers } = response;
  if (typeof body?.getReader === 'function' && !isLengthTold(response)) return readStream(body.getReader());
  if (Number(headers?.get?.('content-length') ?? 0) > MAX_BODY) return undefined;
  const bytes =
    typeof response.arrayBuffer === 'function'
      ? new Uint8Array(await response.arrayBuffer())
      : utf8(await response.text());
  return bytes.length > MAX_BODY ? undefined : bytes;
}

/**
 * Whether the runtime itself keeps a body to the length that its header tells, so that it can be read in one piece. Not
 * if it is compressed, which the headers of another origin may hide.
 */
function isLengthTold({ type, headers }: ForeignResponse): boolean {
  const told = (name: string) => headers?.get?.(name) ?? null;
  return type === 'basic' && told('content-length') !== null && told('content-encoding') === null;
}

async function readStream(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > MAX_BODY) {
      await reader.cancel();
      return undefined;
    }
  }
  return concat(...chunks);
}

/** The reasons why a request ends early: it takes too long, its lock was lost, or the client ends. */
type End = 'time' | 'lock' | 'client';

/** The time limits of a request, and the other ways in which it ends early. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #lock: AbortSignal | undefined;
  /** What ended the request first, if anything did. */
  #end: End | undefined;
  #onEnd = (): void => undefined;
  #said = '';
  #stopConnection = (): void => undefined;
  #stop = (): void => undefined;
  readonly #onLost = () => this.abort('lock');

  readonly #stopListening: (() => void) | undefined;

  /**
   * @param lock of the storage; the request ends when it is lost
   * @param ended the end of the caller
   */
  constructor(lock: AbortSignal | undefined, ended: Ending | undefined) {
    this.#lock = lock;
    if (lock?.aborted === true) this.abort('lock');
    else lock?.addEventListener('abort', this.#onLost);
    this.#stopListening = ended?.whenOver(() => this.abort('client'));
  }

  /** Aborts the request. */
  abort(end: End): void {
    this.#end ??= end;
    this.#controller.abort();
    this.#onEnd();
  }

  /**
   * Settles as `exchange` does, or rejects when the request ends: its `fetch` may be the app's own function or a
   * polyfill, and ignore the signal.
   */
  unlessOver<T>(exchange: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Passed on unchanged.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      this.#onEnd = () => reject(this.signal.reason);
      if (this.signal.aborted) this.#onEnd();
      exchange.then(resolve, reject);
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the time limits, in s. Throws if the request has already ended. */
  start({ connectionTimeout, readTimeout }: { connectionTimeout: number; readTimeout: number }): void {
    this.signal.throwIfAborted();
    // One limit for the whole answer: otherwise an answer that is sent drop by drop would never end.
    this.#stop = giveUpAfter(readTimeout * 1000, () => this.#expire(readTimeout, 'readTimeout'));
    if (connectionTimeout >= readTimeout) return;
    this.#stopConnection = giveUpAfter(connectionTimeout * 1000, () =>
      this.#expire(connectionTimeout, 'connectionTimeout'),
    );
  }

  /** The head of the answer has come. */
  answerBegins(): void {
    this.#stopConnection();
    this.signal.throwIfAborted();
  }

  clear(): void {
    this.#stopConnection();
    this.#stop();
    this.#lock?.removeEventListener('abort', this.#onLost);
    this.#stopListening?.();
  }

  #expire(seconds: number, setting: 'connectionTimeout' | 'readTimeout'): void {
    const answer = setting === 'readTimeout' ? 'answer in full' : 'begin to answer';
    this.#said = `The server did not ${answer} within ${seconds} s; try again, or raise ${setting}`;
    this.abort('time');
  }

  /** Explains an error of `fetch`. */
  explain(error: unknown): unknown {
    if (isInstance(error, PowerAuthError)) return error;
    if (this.#end === 'time') {
      return failure(PowerAuthErrorCode.NETWORK_ERROR, this.#said, { cause: error });
    }
    if (this.#end === 'lock' && this.#lock !== undefined) return lostLock(this.#lock);
    if (this.#end === 'client') return deconfigured(error);
    return failure(
      PowerAuthErrorCode.NETWORK_ERROR,
      'The server could not be reached, or its answer broke off; check the connection and baseEndpointUrl (in a browser also the server’s CORS headers), and try again',
      { cause: error },
    );
  }
}
