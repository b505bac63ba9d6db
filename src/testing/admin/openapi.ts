/**
 * The description of the admin API, in the form of the OpenAPI Specification 3.1.
 *
 * @module
 */

import { ANY_FACTORS } from '../signature.ts';
import { MAX_TIME_SPAN } from '../state.ts';

type Json = Readonly<Record<string, unknown>>;

const text: Json = { type: 'string' };
const flag: Json = { type: 'boolean' };
const uuid: Json = { type: 'string', format: 'uuid' };
const count = (minimum: number, maximum?: number): Json => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const time: Json = { type: 'integer', description: 'Server time, ms since 1970' };
const base64 = (description: string): Json => ({ type: 'string', contentEncoding: 'base64', description });
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Json): Json => ({ type: 'array', items });
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

const schemas: Readonly<Record<string, Json>> = {
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

const json = (schema: Json): Json => ({ 'application/json': { schema } });
const refusal = (description: string): Json => ({ description, content: json(ref('Error')) });

/** An operation, and the member of `PowerAuthTestServer` that it is; its id is the member's name unless it has one. */
function operation(
  member: string | undefined,
  summary: string,
  {
    id = member,
    body,
    answer,
    status = answer === undefined ? 204 : 200,
    refusals = {},
  }: {
    readonly id?: string;
    readonly body?: Json | undefined;
    readonly answer?: Json;
    readonly status?: number;
    readonly refusals?: Readonly<Record<number, string>>;
  },
): Json {
  return {
    operationId: id,
    summary,
    ...(member === undefined ? {} : { 'x-server-member': member }),
    ...(body === undefined ? {} : { requestBody: { required: hasRequired(body), content: json(body) } }),
    responses: {
      [status]: { description: 'Done', ...(answer === undefined ? {} : { content: json(answer) }) },
      ...Object.fromEntries(Object.entries(refusals).map(([code, why]) => [code, refusal(why)])),
      default: refusal('Refused; nothing has changed'),
    },
  };
}

/** Whether something must be in a body, so that it can't be left out. */
const hasRequired = (body: Json): boolean =>
  Object.entries(schemas).some(
    ([name, { required = [], anyOf }]) =>
      body['$ref'] === ref(name)['$ref'] && ((required as string[]).length > 0 || anyOf !== undefined),
  );

const parameter = (name: string): Json => ({ name, in: 'path', required: true, schema: text });
const unknown = (what: string): Readonly<Record<number, string>> => ({ 404: `There is no such ${what}` });
const changed = (member: string, summary: string, body?: Json): Json =>
  operation(member, summary, {
    body,
    answer: ref('Activation'),
    refusals: { ...unknown('activation'), 409: 'It is in another state' },
  });

const paths: Readonly<Record<string, Json>> = {
  '/health': {
    get: {
      ...operation(undefined, 'Whether the server is ready', { id: 'health', answer: ref('Health') }),
      security: [],
    },
  },
  '/openapi.json': {
    get: operation(undefined, 'This description', { id: 'description', answer: { type: 'object' } }),
  },
  '/configuration': {
    get: operation('configuration', 'What a client is configured with', { answer: ref('Configuration') }),
  },
  '/keys': {
    get: operation('keys', 'The keys, for another server that is to have the same', { answer: ref('Keys') }),
  },
  '/activations': {
    get: operation('activations', 'All activations', { answer: list(ref('Activation')) }),
    post: operation('createActivation', 'Starts an activation', {
      body: ref('NewActivation'),
      answer: ref('CreatedActivation'),
      status: 201,
      refusals: { 409: 'Another activation has this code' },
    }),
  },
  '/activations/{activationId}': {
    parameters: [parameter('activationId')],
    get: operation('activation', 'An activation', {
      answer: ref('Activation'),
      refusals: unknown('activation'),
    }),
    delete: operation('removeActivation', 'Removes an activation and its tokens', {
      answer: ref('Activation'),
      refusals: unknown('activation'),
    }),
  },
  '/activations/{activationId}/commit': {
    parameters: [parameter('activationId')],
    post: changed('commitActivation', 'PENDING_COMMIT becomes ACTIVE'),
  },
  '/activations/{activationId}/block': {
    parameters: [parameter('activationId')],
    post: changed('blockActivation', 'ACTIVE becomes BLOCKED', ref('Block')),
  },
  '/activations/{activationId}/unblock': {
    parameters: [parameter('activationId')],
    post: changed('unblockActivation', 'BLOCKED becomes ACTIVE, and failures are forgotten'),
  },
  '/tokens': { get: operation('tokens', 'All tokens', { answer: list(ref('Token')) }) },
  '/tokens/{tokenId}': {
    parameters: [parameter('tokenId')],
    delete: operation('removeToken', 'Revokes a token', { refusals: unknown('token') }),
  },
  '/tokens/verify': {
    post: operation('verifyToken', 'Verifies a token header, which is refused the next time', {
      body: ref('TokenHeader'),
      answer: ref('Verification'),
    }),
  },
  '/signatures/verify': {
    post: operation('verifySignature', 'Verifies a signed request: moves the counter, counts failures', {
      body: ref('SignedRequest'),
      answer: ref('Verification'),
    }),
  },
  '/device-signatures/verify': {
    post: operation('verifyDeviceSignature', "Verifies a signature by the device's private key", {
      body: ref('DeviceSignature'),
      answer: ref('Validity'),
      refusals: unknown('activation'),
    }),
  },
  '/offline-payloads': {
    post: operation('createOfflinePayload', 'A signed payload for a QR code', {
      body: ref('OfflineRequest'),
      answer: ref('OfflinePayload'),
      status: 201,
      refusals: unknown('activation'),
    }),
  },
  '/offline-signatures/verify': {
    post: operation(
      'verifyOfflineSignature',
      'Verifies an offline signature: moves the counter, counts failures',
      {
        body: ref('OfflineSignature'),
        answer: ref('Validity'),
      },
    ),
  },
  '/recovery-codes': {
    post: operation('createRecoveryCode', 'Creates a recovery code, as on a postcard', {
      body: ref('NewRecoveryCode'),
      answer: ref('RecoveryCode'),
      status: 201,
      refusals: { 409: 'This server has no activation recovery' },
    }),
  },
  '/recovery-codes/{recoveryCode}': {
    parameters: [parameter('recoveryCode')],
    get: operation('recoveryCode', 'A recovery code', {
      answer: ref('RecoveryCode'),
      refusals: unknown('recovery code'),
    }),
    delete: operation('revokeRecoveryCode', 'Ends a recovery code and its PUKs', {
      answer: ref('RecoveryCode'),
      refusals: unknown('recovery code'),
    }),
  },
  '/requests': {
    get: {
      ...operation('requests', 'The requests received, in order; the last 10 000', {
        answer: list(ref('Request')),
      }),
      parameters: [{ name: 'last', in: 'query', schema: count(1), description: 'How many; default: all' }],
    },
    delete: operation('requests', 'Forgets them', { id: 'forgetRequests' }),
  },
  '/faults': {
    get: operation('faults', 'The faults in force, in the order in which they apply', {
      answer: list(ref('Fault')),
    }),
    post: operation('faults', 'Adds a fault; the first that matches a request applies', {
      id: 'addFault',
      body: ref('Fault'),
      answer: ref('Fault'),
      status: 201,
    }),
    delete: operation('faults', 'Removes all faults', { id: 'clearFaults' }),
  },
  '/reset': {
    post: operation('reset', 'Forgets everything but the keys', {}),
  },
  '/clock': {
    get: operation('clockOffset', "The server's clock", { answer: ref('Clock') }),
    put: operation('clockOffset', "Moves the server's clock", {
      id: 'setClockOffset',
      body: ref('NewClock'),
      answer: ref('Clock'),
    }),
  },
};

/** The description. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Admin API of powerauth-wasm serve',
    version: '1',
    description:
      'What a bank does and sees on its PowerAuth server, for tests. It answers programs of the same machine, or those that send the token. Web pages of other origins are refused.',
  },
  servers: [{ url: '/admin' }],
  security: [{}, { token: [] }],
  paths,
  components: {
    schemas,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'The content of --admin-token-file' },
    },
  },
};
