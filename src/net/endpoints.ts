/**
 * The PowerAuth Standard RESTful API, protocol 3.3: paths, bodies, and what answers must look like.
 *
 * @module
 */

import * as v from 'valibot';
import type { EncryptedRequestEnvelope, EncryptedResponseEnvelope } from '../protocol/ecies.ts';
import type { LockSigns } from '../util/abort.ts';
import { checkAnswer } from '../util/answers.ts';
import { base64 } from '../util/base64.ts';
import { object } from '../util/schema.ts';
import { bytesField, parseJson } from '../util/validate.ts';
import type { Header, HttpClient } from './client.ts';

const envelopeSchema = object({
  encryptedData: v.string('Base64'),
  mac: v.string('Base64'),
  nonce: v.string('Base64'),
  timestamp: v.number('ms'),
});
const inResponse = <S extends v.GenericSchema>(schema: S) => object({ responseObject: schema });
const jwtSchema = inResponse(object({ jwt: v.pipe(v.string('a JWT'), v.maxLength(10_000, 'a JWT')) }));
const statusSchema = inResponse(
  object({
    encryptedStatusBlob: bytesField(32),
    nonce: bytesField(16),
    customObject: v.nullish(v.unknown()),
  }),
);
/** What answers without content say: any web server may answer 200. */
const doneSchema = object({ status: v.literal('OK', '"OK"') });
const timeSchema = inResponse(object({ serverTime: v.number('server time in ms') }));

/** Body of `/pa/v3/signature/validate`. */
export function validateSignatureBody(): string {
  return JSON.stringify({ requestObject: {} });
}

/** Body of `/pa/v3/token/remove`. */
export function removeTokenBody(tokenId: string): string {
  return JSON.stringify({ requestObject: { tokenId } });
}

/**
 * One method an endpoint. All throw what {@link HttpClient.post} throws, and RESPONSE_ERROR for an answer that is not what
 * the protocol says. Bodies that are signed come as text, because the signature covers them to the letter.
 */
export class Endpoints {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** A temporary key, as the server's JWT. */
  async keystoreCreate(jwt: string): Promise<string> {
    const answer = await this.#post('/pa/v3/keystore/create', { requestObject: { jwt } }, jwtSchema);
    return answer.responseObject.jwt;
  }

  async activationCreate(
    envelope: EncryptedRequestEnvelope,
    header: Header,
  ): Promise<EncryptedResponseEnvelope> {
    return this.#post('/pa/v3/activation/create', envelope, envelopeSchema, { header });
  }

  /** `challenge` 16 B; the answer's blob 32 B, its nonce 16 B. */
  async activationStatus(request: { readonly activationId: string; readonly challenge: Uint8Array }) {
    const requestObject = { ...request, challenge: base64(request.challenge) };
    const { responseObject } = await this.#post('/pa/v3/activation/status', { requestObject }, statusSchema);
    return { ...responseObject, customObject: responseObject.customObject ?? undefined };
  }

  /** Server time, ms. */
  async serverStatus(): Promise<number> {
    const answer = await this.#post('/pa/v3/status', '', timeSchema);
    return answer.responseObject.serverTime;
  }

  async activationRemove(body: string, header: Header, lock: LockSigns): Promise<void> {
    await this.#post('/pa/v3/activation/remove', body, doneSchema, { header, lock });
  }

  async signatureValidate(body: string, header: Header, lock: LockSigns): Promise<void> {
    await this.#post('/pa/v3/signature/validate', body, doneSchema, { header, lock });
  }

  async tokenCreate(body: string, header: Header, lock: LockSigns): Promise<EncryptedResponseEnvelope> {
    return this.#post('/pa/v3/token/create', body, envelopeSchema, { header, lock });
  }

  async tokenRemove(body: string, header: Header, lock: LockSigns): Promise<void> {
    await this.#post('/pa/v3/token/remove', body, doneSchema, { header, lock });
  }

  async vaultUnlock(body: string, header: Header, lock: LockSigns): Promise<EncryptedResponseEnvelope> {
    return this.#post('/pa/v3/vault/unlock', body, envelopeSchema, { header, lock });
  }

  async recoveryConfirm(body: string, header: Header, lock: LockSigns): Promise<EncryptedResponseEnvelope> {
    return this.#post('/pa/v3/recovery/confirm', body, envelopeSchema, { header, lock });
  }

  async #post<S extends v.GenericSchema>(
    path: string,
    body: object | string,
    schema: S,
    options: { header?: Header; lock?: LockSigns } = {},
  ): Promise<v.InferOutput<S>> {
    const text = await this.#http.post(path, typeof body === 'string' ? body : JSON.stringify(body), options);
    return checkAnswer(schema, parseJson(text), `answer of ${path}`);
  }
}
