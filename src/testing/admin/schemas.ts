/**
 * The schemas of the admin API's bodies and answers.
 *
 * @module
 */

import { ANY_FACTORS } from '../signature.ts';
import { MAX_TIME_SPAN } from '../state.ts';

/** A schema, or another part of the description. */
export type Json = Readonly<Record<string, unknown>>;

export const text: Json = { type: 'string' };
const flag: Json = { type: 'boolean' };
const uuid: Json = { type: 'string', format: 'uuid' };
export const count = (minimum: number, maximum?: number): Json => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const time: Json = { type: 'integer', description: 'Server time, ms since 1970' };
const base64 = (description: string): Json => ({ type: 'string', contentEncoding: 'base64', description });
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
export const list = (items: Json): Json => ({ type: 'array', items });
/** Names that end with `?` may be missing. */
const object = (members: Readonly<Record<string, Json>>): Json => {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace('?', ''), schema])),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
};

const signatureTypes = list(ref('SignatureType'));

/** The schemas, by their names. */
export const schemas: Readonly<Record<string, Json>> = {
  Error: object({
    error: object({
      code: {
        enum: [
          'BAD_REQUEST',
          'UNAUTHORIZED',
          'FORBIDDEN',
          'NOT_FOUND',
          'METHOD_NOT_ALLOWED',
          'CONFLICT',
          'TOO_LARGE',
          'INTERNAL_ERROR',
        ],
      },
      message: { ...text, description: 'Field, expected, received; no secrets' },
    }),
  }),
  Health: object({ status: { const: 'ok' } }),
  Configuration: object({
    applicationKey: base64('16 bytes'),
    applicationSecret: base64('16 bytes'),
    masterServerPublicKey: base64('A point of P-256'),
    baseEndpointUrl: { type: 'string', format: 'uri' },
    mobileSdkConfig: { ...text, description: 'The first three in one string' },
  }),
  Keys: object({
    applicationKey: base64('16 bytes'),
    applicationSecret: base64('16 bytes'),
    masterServerPrivateKey: base64('32 bytes'),
  }),
  SignatureType: { enum: ANY_FACTORS },
  ActivationState: { enum: ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED'] },
  ActivationCode: {
    type: 'string',
    pattern: '^([A-Z2-7]{5}-){3}[A-Z2-7]{5}$',
    description: 'The last three characters are a checksum',
  },
  NewActivation: object({
    'userId?': { ...text, minLength: 1, default: 'test-user' },
    'activationCode?': {
      ...ref('ActivationCode'),
      description: 'Without a signature. Default: a new one. 409 if another activation has it',
    },
    'otp?': {
      ...text,
      minLength: 1,
      description: 'One-time password that the client must send; the activation is then ACTIVE at once',
    },
    'maxFailCount?': { ...count(1), default: 5 },
    'validity?': {
      ...count(0, MAX_TIME_SPAN),
      default: 300_000,
      description: 'ms in which it must become ACTIVE',
    },
  }),
  CreatedActivation: object({
    activationId: uuid,
    activationCode: {
      ...text,
      description: 'With its signature, AAAAA-BBBBB-CCCCC-DDDDD#…, as in a QR code',
    },
  }),
  Block: object({ 'expiresAt?': { ...time, minimum: 0 } }),
  Activation: object({
    activationId: uuid,
    userId: text,
    'activationCode?': ref('ActivationCode'),
    state: ref('ActivationState'),
    failCount: count(0),
    maxFailCount: count(1),
    counter: { ...count(0), description: 'Steps of the signature counter' },
    'activationName?': text,
    'extras?': text,
    'activationFingerprint?': { type: 'string', pattern: '^\\d{8}$' },
    tokens: list(ref('Token')),
  }),
  Token: object({ tokenId: uuid, activationId: uuid, signatureType: ref('SignatureType') }),
  TokenHeader: object({
    header: { ...text, description: 'The value of X-PowerAuth-Token' },
    'signatureTypes?': { ...signatureTypes, description: 'Those that are accepted; default: all' },
  }),
  SignedRequest: object({
    header: { ...text, description: 'The value of X-PowerAuth-Authorization' },
    method: { type: 'string', pattern: '^[A-Z]+$' },
    uriId: text,
    'body?': text,
    'bodyBase64?': base64('The body, if it is not text'),
    'query?': { ...text, description: 'The query of a GET request as received, in place of a body' },
    'signatureTypes?': { ...signatureTypes, description: 'Those that are accepted; default: all' },
  }),
  DeviceSignature: object({
    activationId: text,
    'data?': text,
    'dataBase64?': base64('The data, if it is not text'),
    signature: { ...text, description: 'DER in Base64; for JOSE r ‖ s in Base64url' },
    'signatureFormat?': { enum: ['DER', 'JOSE'], default: 'DER' },
  }),
  OfflineRequest: object({
    data: { ...text, description: 'What the device shows and signs' },
    'lines?': { ...list(text), description: 'Before the data, such as id, title and message' },
    'linesAfter?': { ...list(text), description: 'Between data and nonce, such as flags' },
    'activationId?': { ...text, description: "Signs with this activation's key; default: the master key" },
  }),
  OfflinePayload: object({ payload: text, nonce: base64('16 bytes') }),
  OfflineSignature: object({
    activationId: text,
    uriId: text,
    nonce: base64('16 bytes'),
    data: text,
    signature: { ...text, description: 'As it was typed' },
    'signatureType?': {
      enum: ['possession_knowledge', 'possession_biometry'],
      default: 'possession_knowledge',
    },
    'componentLength?': { ...count(4), maximum: 8, default: 8, description: 'Digits of each component' },
  }),
  Verification: object({
    valid: flag,
    'tokenId?': uuid,
    'activationId?': uuid,
    'userId?': text,
    'signatureType?': ref('SignatureType'),
  }),
  Validity: object({ valid: flag }),
  NewRecoveryCode: object({
    'userId?': { ...text, minLength: 1, default: 'test-user' },
    'pukCount?': { ...count(1, 100), default: 1 },
    'confirmed?': { ...flag, default: false, description: 'ACTIVE at once' },
  }),
  RecoveryCode: object({
    recoveryCode: text,
    userId: text,
    'activationId?': uuid,
    state: { enum: ['CREATED', 'ACTIVE', 'BLOCKED', 'REVOKED'] },
    failCount: count(0),
    puks: list(
      object({
        index: count(1),
        puk: { type: 'string', pattern: '^\\d{10}$' },
        state: { enum: ['VALID', 'USED', 'INVALID'] },
      }),
    ),
  }),
  Request: object({
    method: text,
    path: text,
    query: { ...text, description: 'With its ?, or empty' },
    headers: { type: 'object', additionalProperties: { anyOf: [text, list(text)] } },
    body: text,
    time,
    'status?': { ...count(100), description: 'Missing before the answer, and if the connection was broken' },
  }),
  Fault: {
    ...object({
      'path?': {
        type: 'string',
        pattern: '^/',
        description: 'Of the requests that it affects; default: all',
      },
      'count?': { ...count(0), description: 'How many requests; default: all' },
      'delay?': { ...count(0, 2 ** 31 - 1), description: 'ms' },
      'dropRequest?': { ...flag, description: 'The connection breaks before the server does any work' },
      'dropReply?': { ...flag, description: 'The connection breaks afterwards' },
      'status?': { ...count(200), maximum: 599, description: 'The server does nothing, and answers this' },
      'body?': { ...text, description: 'The server does nothing, and answers this' },
    }),
    anyOf: ['delay', 'dropRequest', 'dropReply', 'status', 'body'].map((name) => ({ required: [name] })),
  },
  NewClock: object({
    offset: { ...count(-MAX_TIME_SPAN, MAX_TIME_SPAN), description: "Added to the machine's clock, ms" },
  }),
  Clock: object({ offset: { type: 'integer' }, serverTime: time }),
};
