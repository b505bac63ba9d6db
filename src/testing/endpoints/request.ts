/**
 * Code that the endpoints share: reading requests, decrypting them, verifying their signatures.
 *
 * @module
 */

import { requestInvalid, signatureInvalid, springError, tokenInvalid, type Answer } from '../answers.ts';
import { decryptEnvelope, type DecryptedRequest } from '../ecies.ts';
import { object, parseJson, text, type Json } from '../json.ts';
import { signedQuery } from '../query.ts';
import type { ApplicationVersion } from '../applications.ts';
import type { ServerState } from '../state.ts';
import type { Activation } from '../model.ts';
import { parseHeader, parseSignatureHeader, type PowerAuthTestSignatureType } from '../signature.ts';
import { verifySignature, verifyToken, type VerifiedSignature, type VerifiedToken } from '../verify.ts';

/** A request as it was received. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  /** As received, without its `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Address of the other end of the connection. */
  readonly remoteAddress?: string | undefined;
}

/** Answers requests of one path and method. */
export type Route = (state: ServerState, request: Incoming) => Answer | Promise<Answer>;

/** `requestObject` of the body. */
export function requestObject(request: Incoming): Json | undefined {
  return object(parseJson(request.body)?.['requestObject']);
}

/** The value of a header that was sent once; `name` in lower case. */
export function header(request: Incoming, name: string): string | undefined {
  return text(request.headers[name]);
}

/** Decrypts an envelope in the scope of `activation`, or of the application; undefined without a version, too. */
export function decrypt(
  state: ServerState,
  version: ApplicationVersion | undefined,
  envelope: unknown,
  sharedInfo1: string,
  activation?: Activation,
): DecryptedRequest | undefined {
  if (version === undefined) return undefined;
  const { applicationKey, applicationSecret } = version;
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
    (timestamp) => state.isRequestTime(timestamp),
    (id) => state.temporaryKeys.find(id, version, activation?.activationId),
    (text) => state.isReplay(text),
  );
}

/** Decrypts a request of a scope by its `X-PowerAuth-Encryption` header. */
export function decryptInScope(
  state: ServerState,
  request: Incoming,
  scope: 'application' | 'activation',
): { readonly decrypted: DecryptedRequest; readonly activation: Activation | undefined } | undefined {
  const fields = parseHeader(header(request, 'x-powerauth-encryption'));
  const version = state.applications.served(fields?.['application_key'] ?? '');
  if (fields?.['version'] !== '3.3' || version === undefined) return undefined;
  const { activation_id: activationId } = fields;
  // Each scope has its own header.
  if ((scope === 'application') !== (activationId === undefined)) return undefined;
  const activation = state.activation(activationId ?? '');
  if (scope === 'activation' && activation?.state !== 'ACTIVE') return undefined;
  if (activation !== undefined && activation.application !== version.application) return undefined;
  const decrypted = decrypt(state, version, parseJson(request.body), `/pa/generic/${scope}`, activation);
  return decrypted && { decrypted, activation };
}

/** Spring's answer to a body that isn't JSON, for a handler that takes JSON; undefined if it is JSON. */
export function unreadable({ headers, body, path }: Incoming): Answer | undefined {
  const type = text(headers['content-type']) ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type))
    return springError(415, 'Unsupported Media Type', path);
  return parseJson(body) === undefined ? springError(400, 'Bad Request', path) : undefined;
}

/** An endpoint whose handler takes JSON and no signature. */
export const json =
  (route: Route): Route =>
  (state, request) =>
    unreadable(request) ?? route(state, request);

/** An endpoint for requests with the header of a token: a handler with `@PowerAuthToken`. */
export function withToken(
  signatureTypes: readonly PowerAuthTestSignatureType[],
  answer: (verified: VerifiedToken, state: ServerState, request: Incoming) => Answer | Promise<Answer>,
): Route {
  return (state, request) => {
    const verified = verifyToken(state, header(request, 'x-powerauth-token'), signatureTypes);
    return verified === undefined ? tokenInvalid : answer(verified, state, request);
  };
}

/** The requirements for a signed request. */
interface SignatureRules {
  /** The identifier that client and server agreed on. */
  readonly uriId: string;
  /** The accepted types. */
  readonly signatureTypes: readonly PowerAuthTestSignatureType[];
  /** Whether the handler takes JSON. */
  readonly takesJson?: boolean;
}

/** An endpoint for signed requests. */
export function signed(
  { uriId, signatureTypes, takesJson = false }: SignatureRules,
  answer: (verified: VerifiedSignature, state: ServerState, request: Incoming) => Answer | Promise<Answer>,
): Route {
  return (state, request) => {
    const { method, path } = request;
    const value = header(request, 'x-powerauth-authorization');
    if (value === undefined) return signatureInvalid;
    const query = method === 'GET' ? signedQuery(request.query) : '';
    if (query === undefined) return springError(500, 'Internal Server Error', path);
    const body = method === 'GET' ? Buffer.from(query) : request.body;
    // Verified before the body is read, as the genuine server's interceptor does.
    const verified = verifySignature(state, value, { method, uriId, body }, signatureTypes);
    const refusal = takesJson ? unreadable(request) : undefined;
    if (refusal !== undefined) return refusal;
    return verified === undefined ? signatureInvalid : answer(verified, state, request);
  };
}

/**
 * An endpoint for requests that are signed, then encrypted: a handler with both `@PowerAuth` and
 * `@PowerAuthEncryption`, whose signature covers what is decrypted.
 */
export function signedThenEncrypted(
  { uriId, signatureTypes }: Omit<SignatureRules, 'takesJson'>,
  answer: (decrypted: DecryptedRequest, verified: VerifiedSignature, state: ServerState) => Answer,
): Route {
  return (state, request) => {
    const value = header(request, 'x-powerauth-authorization');
    const { activationId = '', applicationKey = '' } = parseSignatureHeader(value) ?? {};
    const activation = state.activation(activationId);
    const version = state.applications.served(applicationKey);
    const isActive = activation?.state === 'ACTIVE';
    const decrypted = isActive
      ? decrypt(state, version, parseJson(request.body), '/pa/generic/activation', activation)
      : undefined;
    const body = decrypted?.plaintext ?? request.body;
    const verified = verifySignature(state, value, { method: 'POST', uriId, body }, signatureTypes);
    if (verified === undefined) return signatureInvalid;
    return decrypted === undefined ? requestInvalid : answer(decrypted, verified, state);
  };
}

/**
 * Whether an envelope has the fields that protocol 3.3 adds to older ones; otherwise the genuine server reports an
 * invalid request.
 */
export function hasEnvelopeFields(envelope: Json): boolean {
  return ['nonce', 'timestamp', 'temporaryKeyId'].every((field) => (envelope[field] ?? null) !== null);
}
