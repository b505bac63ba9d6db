/**
 * The routes of the admin API, one for each method of {@link PowerAuthTestServer}.
 *
 * @module
 */

import { PowerAuthError } from '../../errors.ts';
import type { Schema } from '../../util/schema.ts';
import type { PowerAuthTestFault } from '../faults.ts';
import type { PowerAuthTestServer } from '../server.ts';
import type { PowerAuthTestRecoveryCode } from '../recovery.ts';
import type { PowerAuthTestActivation, PowerAuthTestActivationOptions } from '../types.ts';
import { AdminError, created, done, empty, HEALTH, type AdminAnswer } from './answers.ts';
import * as inputs from '../inputs.ts';

/** One request, taken apart. */
export interface AdminRequest {
  readonly server: PowerAuthTestServer;
  /** The part of the path that stands for `{…}`; empty in other paths. */
  readonly id: string;
  /** The parameters after `?`. */
  readonly query: Readonly<Record<string, string>>;
  /** The parsed body; `{}` without one. */
  readonly body: unknown;
}

type Route = (request: AdminRequest) => AdminAnswer | Promise<AdminAnswer>;

/** JSON has no undefined. */
type FromJson<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** The body, checked. */
const take = <T>(body: unknown, schema: Schema<T>): FromJson<T> =>
  inputs.checked(schema, body, 'body') as FromJson<T>;

function activationOf({ server, id }: Pick<AdminRequest, 'server' | 'id'>): PowerAuthTestActivation {
  const activation = server.activation(id);
  if (activation === undefined) throw new AdminError('NOT_FOUND', 'There is no activation of this id');
  return activation;
}

function recoveryCodeOf({ server, id }: AdminRequest): PowerAuthTestRecoveryCode {
  const code = server.recoveryCode(id);
  if (code === undefined) throw new AdminError('NOT_FOUND', 'There is no such recovery code');
  return code;
}

/**
 * The server's methods throw if the state is another one; the message says which. What a file system throws has a code,
 * and is not for who asks.
 */
function orConflict<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Error) || 'code' in error) throw error;
    throw new AdminError('CONFLICT', error.message);
  }
}

/** Passes the body to a method of the server, which checks it; its errors name it as the method's parameter. */
function withBody<T>(parameter: string, act: () => T): T {
  try {
    return orConflict(act);
  } catch (error) {
    if (!(error instanceof PowerAuthError)) throw error;
    throw new AdminError('BAD_REQUEST', error.message.replace(parameter, 'body'));
  }
}

/** Changes an activation, and answers with what it is then. */
const change =
  (act: (request: AdminRequest) => void): Route =>
  (request) => {
    activationOf(request);
    act(request);
    return done(activationOf(request));
  };

/** The same without a body. */
const changeAlone = (act: (server: PowerAuthTestServer, id: string) => void): Route =>
  change(({ server, id, body }) => {
    take(body, inputs.nothing);
    orConflict(() => act(server, id));
  });

/** Text as it is, or bytes in Base64. */
function bytesOf(text: string | undefined, base64: string | undefined, name: string): string | Uint8Array {
  if (text !== undefined && base64 !== undefined) {
    throw new AdminError('BAD_REQUEST', `body: expected ${name} or ${name}Base64, got both`);
  }
  return base64 === undefined ? (text ?? '') : Buffer.from(base64, 'base64');
}

const verified = (result: object | undefined): AdminAnswer =>
  done(result === undefined ? { valid: false } : { valid: true, ...result });

const clockOf = ({ clockOffset }: PowerAuthTestServer): AdminAnswer =>
  done({ offset: clockOffset, serverTime: Date.now() + clockOffset });

/** By method and path; `{…}` is one segment. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /health': () => HEALTH,
  'GET /openapi.json': async () => {
    const { openApi } = await import('./openapi.ts');
    return done(openApi);
  },
  'GET /configuration': ({ server: { configuration, mobileSdkConfig } }) =>
    done({ ...configuration, mobileSdkConfig }),

  'GET /keys': ({ server }) => done(server.keys),
  'GET /activations': ({ server }) => done(server.activations),
  'POST /activations': ({ server, body }) => {
    const options = body as PowerAuthTestActivationOptions;
    return created(withBody('options', () => server.createActivation(options)));
  },
  'GET /activations/{activationId}': (request) => done(activationOf(request)),
  'POST /activations/{activationId}/commit': changeAlone((server, id) => server.commitActivation(id)),
  'POST /activations/{activationId}/block': change(({ server, id, body }) =>
    withBody('options', () => server.blockActivation(id, body as object)),
  ),
  'POST /activations/{activationId}/unblock': changeAlone((server, id) => server.unblockActivation(id)),
  'DELETE /activations/{activationId}': changeAlone((server, id) => server.removeActivation(id)),

  'GET /tokens': ({ server }) => done(server.tokens),
  'DELETE /tokens/{tokenId}': ({ server, id }) => {
    if (!server.tokens.some(({ tokenId }) => tokenId === id)) {
      throw new AdminError('NOT_FOUND', 'There is no token of this id');
    }
    server.removeToken(id);
    return empty;
  },
  'POST /tokens/verify': ({ server, body }) => {
    const { header, signatureTypes } = take(body, inputs.tokenHeader);
    return verified(server.verifyToken(header, signatureTypes));
  },
  'POST /signatures/verify': ({ server, body: input }) => {
    const { header, body, bodyBase64, ...request } = take(input, inputs.signedRequest);
    return verified(server.verifySignature(header, { ...request, body: bytesOf(body, bodyBase64, 'body') }));
  },
  'POST /device-signatures/verify': ({ server, body }) => {
    const { activationId, data, dataBase64, signature, signatureFormat } = take(body, inputs.deviceSignature);
    activationOf({ server, id: activationId });
    const bytes = bytesOf(data, dataBase64, 'data');
    return done({ valid: server.verifyDeviceSignature(activationId, bytes, signature, signatureFormat) });
  },

  'POST /offline-payloads': ({ server, body }) => {
    const request = take(body, inputs.offlineRequest);
    if (request.activationId !== undefined) activationOf({ server, id: request.activationId });
    return created(server.createOfflinePayload(request));
  },
  'POST /offline-signatures/verify': ({ server, body }) =>
    done({ valid: server.verifyOfflineSignature(take(body, inputs.offlineSignature)) }),

  'POST /recovery-codes': ({ server, body }) =>
    created(withBody('options', () => server.createRecoveryCode(body as object))),
  'GET /recovery-codes/{recoveryCode}': (request) => done(recoveryCodeOf(request)),
  'DELETE /recovery-codes/{recoveryCode}': (request) => {
    recoveryCodeOf(request);
    request.server.revokeRecoveryCode(request.id);
    return done(recoveryCodeOf(request));
  },

  'GET /requests': ({ server, query }) => {
    const { last = server.requests.length } = inputs.checked(inputs.requestQuery, query, 'query');
    return done(server.requests.slice(-last));
  },
  'DELETE /requests': ({ server }) => {
    server.requests.length = 0;
    return empty;
  },

  'GET /faults': ({ server }) => done(server.faults.list()),
  'POST /faults': ({ server, body }) => {
    const fault = body as PowerAuthTestFault;
    withBody('fault', () => server.faults.add(fault));
    return created(fault);
  },
  'DELETE /faults': ({ server }) => {
    server.faults.clear();
    return empty;
  },

  'POST /reset': ({ server, body }) => {
    take(body, inputs.nothing);
    server.reset();
    return empty;
  },

  'GET /clock': ({ server }) => clockOf(server),
  'PUT /clock': ({ server, body }) => {
    server.clockOffset = take(body, inputs.clock).offset;
    return clockOf(server);
  },
};
