/**
 * What the endpoints have in common: reading requests, decrypting them, verifying their signatures.
 *
 * @module
 */

import { signatureInvalid, type Answer } from '../answers.ts';
import { decryptEnvelope, type DecryptedRequest } from '../ecies.ts';
import type { Activation, ServerState } from '../state.ts';
import { verifySignature, type Verified } from '../verify.ts';

/** A request as it came. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A parsed JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Answers requests of one path and method. */
export type Route = (state: ServerState, request: Incoming) => Answer;

/** The value if it is a string. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The value if it is an object. */
export const object = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** The object that is written as JSON, or undefined where there is none. */
export function parseJson(body: Buffer | string): Json | undefined {
  try {
    return object(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}

/** `requestObject` of the body. */
export function requestObject(request: Incoming): Json | undefined {
  return object(parseJson(request.body)?.['requestObject']);
}

/** The value of a header that came once; `name` in lower case. */
export function header(request: Incoming, name: string): string | undefined {
  return text(request.headers[name]);
}

/** Decrypts an envelope in the scope of `activation`, or of the application. */
export function decrypt(
  state: ServerState,
  envelope: unknown,
  sharedInfo1: string,
  activation?: Activation,
): DecryptedRequest | undefined {
  const { applicationKey, applicationSecret } = state;
  const scope = {
    applicationKey,
    applicationSecret,
    ...(activation?.keys && {
      activation: { activationId: activation.activationId, transportKey: activation.keys.transport },
    }),
  };
  return decryptEnvelope(
    envelope,
    sharedInfo1,
    scope,
    state.now(),
    (id) => state.temporaryKey(id, activation?.activationId),
    (text) => state.isReplay(text),
  );
}

/** An endpoint for signed requests; `uriId` is what client and server agreed on. */
export function signed(
  uriId: string,
  answer: (verified: Verified, state: ServerState, request: Incoming) => Answer,
): Route {
  return (state, request) => {
    const value = header(request, 'x-powerauth-authorization');
    const body = request.method === 'GET' ? Buffer.from(canonicalQuery(request.query)) : request.body;
    const verified = verifySignature(state, value, { method: request.method, uriId, body });
    return verified === undefined ? signatureInvalid : answer(verified, state, request);
  };
}

/** An endpoint for requests that are signed and encrypted; `uriId` stands for sharedInfo1 as well. */
export function signedAndEncrypted(
  uriId: string,
  answer: (verified: Verified, state: ServerState, decrypted: DecryptedRequest) => Answer,
  sharedInfo1 = uriId,
): Route {
  return signed(uriId, (verified, state, request) => {
    const decrypted = decrypt(state, parseJson(request.body), sharedInfo1, verified.activation);
    return decrypted === undefined ? signatureInvalid : answer(verified, state, decrypted);
  });
}

/** The query's pairs sorted by name and value, encoded as a form. */
function canonicalQuery(query: URLSearchParams): string {
  const order = (a: string, b: string) => Number(a > b) - Number(a < b);
  const pairs = [...query].sort(([n1, v1], [n2, v2]) => order(n1, n2) || order(v1, v2));
  return new URLSearchParams(pairs).toString();
}
