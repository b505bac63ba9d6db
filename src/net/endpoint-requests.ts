/**
 * How requests are sent to the endpoints of one server.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { checkAnswer } from '../util/answers.ts';
import type { Ending } from '../util/ending.ts';
import { PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
import { codeOf, timed, type Tell } from '../util/insight.ts';
import { isInstance } from '../util/instance.ts';
import { parseJson } from '../util/validate.ts';
import type { HttpClient, RequestOptions } from './client.ts';

/**
 * How a request travels: plain, signed, encrypted; `both`: encrypted in activation scope, then signed; `signedFirst`:
 * signed, then encrypted in the generic activation scope.
 */
export type Sent = 'plain' | 'signed' | 'encrypted' | 'both' | 'signedFirst';

/** One endpoint of the API. */
export interface Endpoint<T = unknown> {
  readonly path: string;
  /** The resource's identifier that a signature covers; encryption in activation scope uses it as sharedInfo1. */
  readonly uriId?: string;
  readonly sent: Sent;
  /** The form of an answer's body, while it is still encrypted. */
  readonly answer: s.Schema<T>;
}

/** Schema of an answer that isn't encrypted, from that of its object. */
export const inResponse = <T>(schema: s.Schema<T>) => s.object({ responseObject: schema });

/** Apart from the others, because a page that only makes headers uses no other endpoint. */
export const SERVER_STATUS = {
  path: '/pa/v3/status',
  sent: 'plain',
  answer: inResponse(s.object({ serverTime: s.number('server time in ms') })),
} as const satisfies Endpoint;

/** Sends requests to one server. */
export class Endpoints {
  readonly #http: HttpClient;
  readonly #ended: Ending | undefined;
  readonly #tell: Tell | undefined;

  /** @param caller its end, if that differs from the client's, and where its requests are told */
  constructor(http: HttpClient, caller: { readonly ended?: Ending; readonly tell?: Tell } = {}) {
    this.#http = http;
    this.#ended = caller.ended;
    this.#tell = caller.tell;
  }

  /**
   * Sends a body to an endpoint. It is passed as text, because a signature covers it to the letter.
   *
   * @throws what {@link HttpClient.post} throws, and RESPONSE_ERROR for an answer that doesn't follow the protocol
   */
  async post<T>(
    { path, answer }: Pick<Endpoint<T>, 'path' | 'answer'>,
    body: string,
    options: Omit<RequestOptions, 'ended'> = {},
  ): Promise<T> {
    const ended = this.#ended;
    return timed(
      this.#tell,
      'request',
      (duration, error) => ({ path, duration, ...statusOf(error), ...codeOf(error) }),
      async () => {
        const text = await this.#http.post(path, body, ended === undefined ? options : { ...options, ended });
        return checkAnswer(answer, parseJson(text), `answer of ${path}`);
      },
    );
  }

  /** Server time, ms. */
  async serverStatus(): Promise<number> {
    const { responseObject } = await this.post(SERVER_STATUS, '');
    return responseObject.serverTime;
  }
}

/** HTTP status of an answer, from the error, if there was one. */
function statusOf(error: unknown): { status?: number } {
  if (error === undefined) return { status: 200 };
  const data = isInstance(error, PowerAuthError)
    ? (error.errorData as PowerAuthErrorData | undefined)
    : undefined;
  return data?.httpStatusCode === undefined ? {} : { status: data.httpStatusCode };
}
