/**
 * The PowerAuth Standard RESTful API, protocol 3.3: one table of the endpoints.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { base64 } from '../util/base64.ts';
import { bytesField } from '../util/validate.ts';
import { inResponse, SERVER_STATUS, type Endpoint, type Endpoints, type Sent } from './endpoint-requests.ts';

const envelopeSchema = s.object({
  encryptedData: s.string('Base64'),
  mac: s.string('Base64'),
  nonce: s.string('Base64'),
  timestamp: s.number('ms'),
});
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

/** All endpoints that the client uses. */
export const ENDPOINTS = {
  serverStatus: SERVER_STATUS,
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

/** Returns a temporary key, as the server's JWT. */
export async function keystoreCreate(endpoints: Endpoints, jwt: string): Promise<string> {
  const { responseObject } = await endpoints.post(ENDPOINTS.keystoreCreate, requestOf({ jwt }));
  return responseObject.jwt;
}

/** `challenge` 16 B; the answer's blob 32 B, its nonce 16 B. */
export async function activationStatus(
  endpoints: Endpoints,
  request: { readonly activationId: string; readonly challenge: Uint8Array },
) {
  const body = requestOf({ ...request, challenge: base64(request.challenge) });
  const { responseObject } = await endpoints.post(ENDPOINTS.activationStatus, body);
  const { timestampBlockExpire: expires, customObject } = responseObject;
  return {
    ...responseObject,
    timestampBlockExpire: Number.isSafeInteger(expires) ? (expires as number) : undefined,
    customObject: customObject ?? undefined,
  };
}

/** The body of a request that is not encrypted. */
export function requestOf(requestObject: object): string {
  return JSON.stringify({ requestObject });
}
