/**
 * The PowerAuth Standard RESTful API, protocol 3.3: one table of the endpoints, and how requests are sent to them.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { checkAnswer } from '../util/answers.ts';
import { base64 } from '../util/base64.ts';
import type { Ending } from '../util/ending.ts';
import { PowerAuthError, type PowerAuthErrorData } from '../errors.ts';
import { codeOf, timed, type Tell } from '../util/insight.ts';
import { isInstance } from '../util/instance.ts';
import { bytesField, parseJson } from '../util/validate.ts';
import type { HttpClient, RequestOptions } from './client.ts';

const envelopeSchema = s.object({
  encryptedData: s.string('Base64'),
  mac: s.string('Base64'),
  nonce: s.string('Base64'),
  timestamp: s.number('ms'),
});
const inResponse = <T>(schema: s.Schema<T>) => s.object({ responseObject: schema });
const jwtSchema = inResponse(
  s.object({ jwt: s.refine(s.string('a JWT'), ({ length }) => length <= 10_000, 'a JWT') }),
);
const statusSchema = inResponse(
  s.object({
    encryptedStatusBlob: bytesField(32),
    nonce: bytesField(16),
    timestampBlockExpire: s.unknown,
    customObject: s.unknown,
  }),
);
/** The content of answers without data: any web server may answer 200. */
const doneSchema = s.object({ status: s.oneOf(['OK'], '"OK"') });
const timeSchema = inResponse(s.object({ serverTime: s.number('server time in ms') }));

/**
 * How a request travels: plain, signed, encrypted; `both`: encrypted in activation scope, then signed; `signedFirst`:
 * signed, then encrypted in the generic activation scope.
 */
type Sent = 'plain' | 'signed' | 'encrypted' | 'both' | 'signedFirst';

/** One endpoint of the API. */
interface Endpoint<T = unknown> {
  readonly path: string;
  /** The resource's identifier that a signature covers; encryption in activation scope uses it as sharedInfo1. */
  readonly uriId?: string;
  readonly sent: Sent;
  /** The form of an answer's body, while it is still encrypted. */
  readonly answer: s.Schema<T>;
}

/** All endpoints that the client uses. */
export const ENDPOINTS = {
  serverStatus: { path: '/pa/v3/status', sent: 'plain', answer: timeSchema },
  keystoreCreate: { path: '/pa/v3/keystore/create', sent: 'plain', answer: jwtSchema },
  activationCreate: { path: '/pa/v3/activation/create', sent: 'encrypted', answer: envelopeSchema },
  activationStatus: { path: '/pa/v3/activation/status', sent: 'plain', answer: statusSchema },
  activationDetail: { path: '/pa/v3/activation/detail', sent: 'encrypted', answer: envelopeSchema },
  activationRename: {
    path: '/pa/v3/activation/rename',
    uriId: '/pa/activation/rename',
    sent: 'signedFirst',
    answer: envelopeSchema,
  },
  activationRemove: {
    path: '/pa/v3/activation/remove',
    uriId: '/pa/activation/remove',
    sent: 'signed',
    answer: doneSchema,
  },
  signatureValidate: {
    path: '/pa/v3/signature/validate',
    uriId: '/pa/signature/validate',
    sent: 'signed',
    answer: doneSchema,
  },
  tokenCreate: {
    path: '/pa/v3/token/create',
    uriId: '/pa/token/create',
    sent: 'both',
    answer: envelopeSchema,
  },
  tokenRemove: {
    path: '/pa/v3/token/remove',
    uriId: '/pa/token/remove',
    sent: 'signed',
    answer: doneSchema,
  },
  vaultUnlock: {
    path: '/pa/v3/vault/unlock',
    uriId: '/pa/vault/unlock',
    sent: 'both',
    answer: envelopeSchema,
  },
  userInfo: { path: '/pa/v3/user/info', sent: 'encrypted', answer: envelopeSchema },
  recoveryConfirm: {
    path: '/pa/v3/recovery/confirm',
    uriId: '/pa/recovery/confirm',
    sent: 'both',
    answer: envelopeSchema,
  },
} as const satisfies Record<string, Endpoint>;

/** One of the {@link ENDPOINTS} that are sent this way. */
export type EndpointSent<S extends Sent> = Extract<
  (typeof ENDPOINTS)[keyof typeof ENDPOINTS],
  { readonly sent: S }
>;

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
    const { responseObject } = await this.post(ENDPOINTS.serverStatus, '');
    return responseObject.serverTime;
  }

  /** Returns a temporary key, as the server's JWT. */
  async keystoreCreate(jwt: string): Promise<string> {
    const { responseObject } = await this.post(ENDPOINTS.keystoreCreate, requestOf({ jwt }));
    return responseObject.jwt;
  }

  /** `challenge` 16 B; the answer's blob 32 B, its nonce 16 B. */
  async activationStatus(request: { readonly activationId: string; readonly challenge: Uint8Array }) {
    const body = requestOf({ ...request, challenge: base64(request.challenge) });
    const { responseObject } = await this.post(ENDPOINTS.activationStatus, body);
    const { timestampBlockExpire: expires, customObject } = responseObject;
    return {
      ...responseObject,
      timestampBlockExpire: Number.isSafeInteger(expires) ? (expires as number) : undefined,
      customObject: customObject ?? undefined,
    };
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

/** The body of a request that is not encrypted. */
export function requestOf(requestObject: object): string {
  return JSON.stringify({ requestObject });
}
