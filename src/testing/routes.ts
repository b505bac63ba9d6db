/**
 * The endpoints.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import {
  activationInvalid,
  badRequest,
  bare,
  ok,
  signatureInvalid,
  springError,
  temporaryKeyFailure,
  tokenInvalid,
  type Answer,
} from './answers.ts';
import {
  aesEncrypt,
  aesEncryptNoIv,
  ecdsaSignRaw,
  equal,
  fromBase64,
  hmac,
  kdf,
  kdfInternal,
} from './crypto.ts';
import { decryptEnvelope, type DecryptedRequest } from './ecies.ts';
import { LOOK_AHEAD } from './signature.ts';
import type { Activation, PowerAuthTestActivationState, ServerState } from './state.ts';
import { verifySignature, verifyToken, type Verified } from './verify.ts';

/** A request as it came. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

type Json = Readonly<Record<string, unknown>>;
type Route = (state: ServerState, request: Incoming) => Answer;

const STATE_CODES: Record<PowerAuthTestActivationState, number> = {
  CREATED: 1,
  PENDING_COMMIT: 2,
  ACTIVE: 3,
  BLOCKED: 4,
  REMOVED: 5,
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function parseJson(body: Buffer | string): Json | undefined {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function requestObject(request: Incoming): Json | undefined {
  const object = parseJson(request.body)?.['requestObject'];
  return typeof object === 'object' && object !== null ? (object as Json) : undefined;
}

function header(request: Incoming, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Temporary keys: the request's JWT is HS256, the answer's ES256. */
const createTemporaryKey: Route = (state, request) => {
  const jwt = requestObject(request)?.['jwt'];
  const [head = '', claimsPart = '', mac = ''] = typeof jwt === 'string' ? jwt.split('.') : [];
  const claims = parseJson(Buffer.from(claimsPart, 'base64url'));
  if (parseJson(Buffer.from(head, 'base64url'))?.['alg'] !== 'HS256' || claims === undefined)
    return temporaryKeyFailure;
  const { applicationKey, activationId, challenge } = claims;
  if (applicationKey !== state.applicationKey || typeof challenge !== 'string' || challenge === '') {
    return temporaryKeyFailure;
  }
  const secret = Buffer.from(state.applicationSecret, 'base64');
  const inActivation = activationId !== undefined && activationId !== null;
  const activation = state.activations.get(text(activationId) ?? '');
  if (inActivation && (activation?.keys === undefined || activation.state === 'REMOVED'))
    return temporaryKeyFailure;
  const key = activation?.keys === undefined ? secret : kdfInternal(activation.keys.transport, secret);
  if (!equal(hmac(key, Buffer.from(`${head}.${claimsPart}`)), Buffer.from(mac, 'base64url')))
    return temporaryKeyFailure;

  const { id, publicKey, issuedAt, expiresAt } = state.createTemporaryKey(activation?.activationId);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode({
    iat_ms: issuedAt,
    exp_ms: expiresAt,
    sub: id,
    applicationKey,
    challenge,
    publicKey: publicKey.toString('base64'),
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(issuedAt / 1000),
    ...(activation && { activationId: activation.activationId }),
  })}`;
  const signature = ecdsaSignRaw(activation?.serverKeys ?? state.masterKeys, Buffer.from(signed));
  return ok({ jwt: `${signed}.${signature.toString('base64url')}` });
};

/** Decrypts the body of a request in the scope of `activation`, or of the application. */
function decrypt(
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

const createActivation: Route = (state, request) => {
  const layer1 = decrypt(state, parseJson(request.body), '/pa/generic/application');
  if (layer1 === undefined) return springError(500, 'Internal Server Error', request.path);
  const { type, identityAttributes, activationData } = parseJson(layer1.plaintext) ?? {};
  const code = (identityAttributes as Json | undefined)?.['code'];
  const activation = [...state.activations.values()].find((it) => it.code === code && it.state === 'CREATED');
  const layer2 = decrypt(state, activationData, '/pa/activation');
  if (type !== 'CODE' || activation === undefined || layer2 === undefined) return activationInvalid;
  const device = parseJson(layer2.plaintext) ?? {};
  const publicKey = fromBase64(device['devicePublicKey']);
  const otp = text(device['activationOtp']);
  const otpIsRight = equal(Buffer.from(otp ?? ''), Buffer.from(activation.otp ?? ''));
  if (publicKey === undefined || !otpIsRight) return activationInvalid;
  try {
    const name = text(device['activationName']);
    const extras = text(device['extras']);
    state.exchangeKeys(activation, {
      publicKey,
      ...(name !== undefined && { name }),
      ...(extras !== undefined && { extras }),
    });
  } catch {
    return activationInvalid;
  }
  const answer2 = JSON.stringify({
    activationId: activation.activationId,
    serverPublicKey: activation.serverKeys.publicKey.toString('base64'),
    ctrData: activation.ctrData.toString('base64'),
  });
  const answer1 = JSON.stringify({ activationData: layer2.encrypt(answer2, state.now()) });
  return bare(layer1.encrypt(answer1, state.now()));
};

const activationStatus: Route = (state, request) => {
  const { activationId, challenge } = requestObject(request) ?? {};
  const challengeBytes = fromBase64(challenge, 16);
  if (typeof activationId !== 'string' || challengeBytes === undefined) return badRequest;
  const activation = state.activations.get(activationId);
  const nonce = randomBytes(16);
  // What is not known looks like what is, to everybody but the device.
  const encryptedStatusBlob =
    activation?.keys === undefined
      ? randomBytes(32)
      : statusBlob(activation, activation.keys.transport, challengeBytes, nonce);
  return ok({
    activationId,
    encryptedStatusBlob: encryptedStatusBlob.toString('base64'),
    nonce: nonce.toString('base64'),
    customObject: null,
  });
};

function statusBlob(activation: Activation, transportKey: Buffer, challenge: Buffer, nonce: Buffer): Buffer {
  const { state, counter, failCount, maxFailCount, ctrData } = activation;
  const blob = Buffer.concat([
    Buffer.from([0xde, 0xc0, 0xde, 0xd1, STATE_CODES[state], 3, 3]),
    randomBytes(5),
    Buffer.from([counter % 256, failCount, maxFailCount, LOOK_AHEAD]),
    kdfInternal(kdf(transportKey, 4000), ctrData),
  ]);
  const iv = kdfInternal(kdf(transportKey, 3000), Buffer.concat([challenge, nonce]));
  return aesEncrypt(transportKey, iv, blob, false);
}

/** An endpoint for signed requests; `uriId` is what client and server agreed on. */
function signed(
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

/** The query's pairs sorted by name and value, encoded as a form. */
function canonicalQuery(query: URLSearchParams): string {
  const order = (a: string, b: string) => Number(a > b) - Number(a < b);
  const pairs = [...query].sort(([n1, v1], [n2, v2]) => order(n1, n2) || order(v1, v2));
  return new URLSearchParams(pairs).toString();
}

const createToken = signed('/pa/token/create', ({ activation, signatureType }, state, request) => {
  const decrypted = decrypt(state, parseJson(request.body), '/pa/token/create', activation);
  if (decrypted === undefined) return signatureInvalid;
  const { tokenId, secret } = state.createToken(activation, signatureType);
  return bare(
    decrypted.encrypt(JSON.stringify({ tokenId, tokenSecret: secret.toString('base64') }), state.now()),
  );
});

const removeToken = signed('/pa/token/remove', ({ activation }, state, request) => {
  const tokenId = requestObject(request)?.['tokenId'];
  if (typeof tokenId !== 'string') return badRequest;
  if (state.tokens.get(tokenId)?.activationId === activation.activationId) state.tokens.delete(tokenId);
  return ok({ tokenId });
});

const removeActivation = signed('/pa/activation/remove', ({ activation }, state) => {
  state.remove(activation);
  return ok({ activationId: activation.activationId });
});

const unlockVault = signed('/pa/vault/unlock', ({ activation, signatureType }, state, request) => {
  const decrypted = decrypt(state, parseJson(request.body), '/pa/vault/unlock', activation);
  if (decrypted === undefined || activation.keys === undefined || signatureType === 'possession')
    return signatureInvalid;
  const { transport, vault } = activation.keys;
  const encryptedVaultEncryptionKey = aesEncryptNoIv(transport, vault).toString('base64');
  return bare(decrypted.encrypt(JSON.stringify({ encryptedVaultEncryptionKey }), state.now()));
});

const protectedByToken: Route = (state, request) => {
  const verified = verifyToken(state, header(request, 'x-powerauth-token'));
  if (verified === undefined) return tokenInvalid;
  const { activation, tokenId, signatureType } = verified;
  return ok({ activationId: activation.activationId, userId: activation.userId, tokenId, signatureType });
};

const protectedBySignature = signed('/api/protected/signature', ({ activation, signatureType }) =>
  ok({ activationId: activation.activationId, userId: activation.userId, signatureType }),
);

const serverStatus: Route = (state) =>
  ok({ serverTime: state.now(), version: '1.9.0', application: { name: 'powerauth-wasm-testing' } });

const post = (route: Route): Readonly<Record<string, Route>> => ({ POST: route });

/** Routes by path, then by method; `*` is any method. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/pa/v3/keystore/create': post(createTemporaryKey),
  '/pa/v3/activation/create': post(createActivation),
  '/pa/v3/activation/status': post(activationStatus),
  '/pa/v3/activation/remove': post(removeActivation),
  '/pa/v3/token/create': post(createToken),
  '/pa/v3/token/remove': post(removeToken),
  '/pa/v3/vault/unlock': post(unlockVault),
  '/pa/v3/signature/validate': { '*': signed('/pa/signature/validate', () => ok()) },
  '/pa/v3/status': post(serverStatus),
  '/api/protected/token': { GET: protectedByToken, POST: protectedByToken },
  '/api/protected/signature': { '*': protectedBySignature },
};

/** The answer to a request. */
export function answer(state: ServerState, request: Incoming): Answer {
  const methods = Object.hasOwn(ROUTES, request.path) ? ROUTES[request.path] : undefined;
  if (methods === undefined) return springError(404, 'Not Found', request.path);
  const route = methods[request.method] ?? methods['*'];
  return route === undefined ? springError(405, 'Method Not Allowed', request.path) : route(state, request);
}
