/**
 * HTTP to the PowerAuth server, over `fetch`.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { deconfigured, lostLock, unlessAborted } from '../util/abort.ts';
import { wrongAnswer } from '../util/answers.ts';
import { base64 } from '../util/base64.ts';
import { concat, utf8, utf8Decode } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import { refusal, saysError } from './refusal.ts';

/** A header, as the facades hand it out. */
export interface Header {
  readonly key: string;
  readonly value: string;
}

/** Settings of {@link HttpClient}. */
export interface HttpClientOptions {
  readonly baseEndpointUrl: string;
  readonly enableUnsecureTraffic: boolean;
  /** s */
  readonly connectionTimeout: number;
  /** s */
  readonly readTimeout: number;
  readonly customHttpHeaders: readonly { readonly name: string; readonly value: string }[] | null;
  readonly basicHttpAuthentication: { readonly username: string; readonly password: string } | null;
  /** Default: the runtime's own, as it is when a request is sent: tests and polyfills may replace the global. */
  readonly fetch?: typeof globalThis.fetch;
  /** Aborted when the client ends; its requests end with it. */
  readonly signal?: AbortSignal;
}

/** Answers longer than this are none of a PowerAuth server's, bytes. */
const MAX_BODY = 1 << 20;

/** Sends POST requests to one server. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #headers: Headers;
  readonly #underWay = new Set<Deadline>();

  /** @throws WRONG_PARAMETER for headers that are none */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    // One listener for all requests: Node takes more than ten of a signal for a leak, and says so.
    options.signal?.addEventListener('abort', () => {
      for (const deadline of this.#underWay) deadline.abort('client');
    });
    this.#headers = commonHeaders(options);
  }

  /**
   * Sends a JSON body and answers that of a reply with status 200.
   *
   * @param path begins with `/`
   * @throws NETWORK_ERROR (no connection, time-out, broken-off answer, `http:` without leave), AUTHENTICATION_ERROR (401),
   *   RESPONSE_ERROR (other statuses, bodies that say that they are an error, are too long, or no UTF-8), OPERATION_CANCELED
   */
  async post(
    path: string,
    body: string,
    options: { header?: Header; signal?: AbortSignal } = {},
  ): Promise<string> {
    const { baseEndpointUrl, enableUnsecureTraffic, signal } = this.#options;
    if (new URL(baseEndpointUrl).protocol !== 'https:' && !enableUnsecureTraffic) {
      throw failure(
        PowerAuthErrorCode.NETWORK_ERROR,
        'configuration.baseEndpointUrl: expected https://, got http://, over which nothing is sent; clientConfiguration.enableUnsecureTraffic allows it for tests',
      );
    }
    if (signal?.aborted === true) throw deconfigured();
    const deadline = new Deadline(options.signal);
    this.#underWay.add(deadline);
    try {
      // Whether or not `fetch` minds the signal: one that is given, or a polyfill, may not.
      return await unlessAborted(this.#exchange(path, body, options.header, deadline), deadline.signal);
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
    header: Header | undefined,
    deadline: Deadline,
  ): Promise<string> {
    const { baseEndpointUrl, connectionTimeout, readTimeout, fetch = globalThis.fetch } = this.#options;
    deadline.set(Math.min(connectionTimeout, readTimeout));
    const response = await fetch(baseEndpointUrl.replace(/\/+$/, '') + path, {
      method: 'POST',
      headers: this.#requestHeaders(header),
      body,
      signal: deadline.signal,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
    });
    const text = await readText(response, () => deadline.set(readTimeout));
    if (response.status !== 200 || saysError(text)) throw refusal(response.status, text ?? '');
    if (text === undefined) {
      throw wrongAnswer(
        `answer: expected UTF-8 of at most ${MAX_BODY} bytes, got something else; is baseEndpointUrl that of a PowerAuth server?`,
      );
    }
    return text;
  }

  #requestHeaders(header: Header | undefined): Headers {
    const headers = new Headers(this.#headers);
    if (header !== undefined) headers.set(header.key, header.value);
    return headers;
  }
}

function commonHeaders({ customHttpHeaders, basicHttpAuthentication }: HttpClientOptions): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Content-Type': 'application/json' });
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

/** The body, or undefined where it is too long or no UTF-8. */
async function readText(response: Response, onProgress: () => void): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  onProgress();
  for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
    onProgress();
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > MAX_BODY) {
      await reader?.cancel();
      return undefined;
    }
  }
  try {
    return utf8Decode(concat(...chunks));
  } catch {
    return undefined;
  }
}

/** What ends a request early: it takes too long, its lock was lost, or the client ends. */
type End = 'time' | 'lock' | 'client';

/** A time limit that can be moved, and the other ways in which a request ends early. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #lock: AbortSignal | undefined;
  /** What ended the request first, if anything did. */
  #end: End | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seconds = 0;
  readonly #onLost = () => this.abort('lock');

  /** @param lock of the storage; the request ends when it is lost */
  constructor(lock: AbortSignal | undefined) {
    this.#lock = lock;
    if (lock?.aborted === true) this.abort('lock');
    else lock?.addEventListener('abort', this.#onLost);
  }

  /** Gives the request up. */
  abort(end: End): void {
    this.#end ??= end;
    this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins the time anew; throws when the request has ended meanwhile. */
  set(seconds: number): void {
    this.signal.throwIfAborted();
    clearTimeout(this.#timer);
    this.#seconds = seconds;
    this.#timer = setTimeout(() => this.abort('time'), seconds * 1000);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#lock?.removeEventListener('abort', this.#onLost);
  }

  /** What an error of `fetch` was about. */
  explain(error: unknown): unknown {
    if (isInstance(error, PowerAuthError)) return error;
    if (this.#end === 'time') {
      return failure(
        PowerAuthErrorCode.NETWORK_ERROR,
        `The server did not answer within ${this.#seconds} s; try again, or raise connectionTimeout and readTimeout`,
        { cause: error },
      );
    }
    if (this.#end === 'lock' && this.#lock !== undefined) return lostLock(this.#lock);
    if (this.#end === 'client') return deconfigured(error);
    return failure(
      PowerAuthErrorCode.NETWORK_ERROR,
      'The server could not be reached, or broke its answer off; check the connection and baseEndpointUrl (in a browser also the server’s CORS headers), and try again',
      { cause: error },
    );
  }
}
