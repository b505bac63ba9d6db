/**
 * The description of the admin API, in the form of the OpenAPI Specification 3.1.
 *
 * @module
 */

import { count, list, ref, schemas, text, type Json } from './schemas.ts';

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
