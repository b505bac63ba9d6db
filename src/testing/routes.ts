/**
 * The endpoint that answers each request.
 *
 * @module
 */

import { inWordsOf, ok, protocolNotSupported, springError, type Answer } from './answers.ts';
import { answerBackEnd, isForBackEnds } from './back-end/index.ts';
import { activationDetail, renameActivation } from './endpoints/activation-detail.ts';
import { activationStatus, createActivation, removeActivation } from './endpoints/activations.ts';
import {
  encryptedInActivation,
  encryptedInApplication,
  encryptedThenSigned,
  protectedBySignature,
  protectedByToken,
  signedThenEcho,
  userInfo,
} from './endpoints/application.ts';
import { json, signed, type Incoming, type Route } from './endpoints/request.ts';
import { createTemporaryKey } from './endpoints/temporary-keys.ts';
import { createToken, removeToken } from './endpoints/tokens.ts';
import { confirmRecoveryCode, unlockVault } from './endpoints/vault.ts';
import { ANY_FACTORS, TWO_FACTORS } from './signature.ts';
import type { RouteTable } from './own-routes.ts';
import type { ServerState } from './state.ts';

const serverStatus: Route = (state) =>
  ok({
    serverTime: state.now(),
    version: state.release.version,
    application: { name: 'powerauth-wasm-testing' },
  });

const validate = signed({ uriId: '/pa/signature/validate', signatureTypes: ANY_FACTORS }, () => ok());

const post = (route: Route): Readonly<Record<string, Route>> => ({ POST: route });
const getAndPost = (route: Route): Readonly<Record<string, Route>> => ({ GET: route, POST: route });

/** Routes by path, then by method; `*` is any method. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/pa/v3/keystore/create': post(json(createTemporaryKey)),
  '/pa/v3/activation/create': post(createActivation),
  '/pa/v3/activation/status': post(json(activationStatus)),
  '/pa/v3/activation/remove': post(removeActivation),
  '/pa/v3/activation/detail': post(activationDetail),
  '/pa/v3/activation/rename': post(renameActivation),
  '/pa/v3/token/create': post(createToken),
  '/pa/v3/token/remove': post(removeToken),
  '/pa/v3/vault/unlock': post(unlockVault),
  '/pa/v3/recovery/confirm': post(confirmRecoveryCode),
  '/pa/v3/signature/validate': {
    GET: validate,
    POST: validate,
    PUT: validate,
    DELETE: validate,
  },
  '/pa/v3/user/info': post(userInfo),
  '/pa/v3/status': post(serverStatus),
  '/api/protected/token': getAndPost(protectedByToken(TWO_FACTORS)),
  '/api/protected/signature': { '*': protectedBySignature('/api/protected/signature', TWO_FACTORS) },
  '/api/possession/token': getAndPost(protectedByToken(ANY_FACTORS)),
  '/api/possession/signature': { '*': protectedBySignature('/api/possession/signature', ANY_FACTORS) },
  '/api/encrypted/application': post(encryptedInApplication),
  '/api/encrypted/activation': post(encryptedInActivation),
  '/api/encrypted/signature': post(encryptedThenSigned('/api/encrypted/signature')),
  '/api/signed/encrypted': post(signedThenEcho('/api/signed/encrypted')),
};

const RECOVERY = '/pa/v3/recovery/confirm';
/** What a server answers without a look at the protocol. */
const WITHOUT_PROTOCOL = '/pa/v3/status';

/** Whether the server itself has this path. */
export const isOwnPath = (path: string): boolean => Object.hasOwn(ROUTES, path);

/** The answer to a request; `ownRoutes` are the user's. */
export function answer(
  state: ServerState,
  request: Incoming,
  ownRoutes: RouteTable = {},
): Answer | Promise<Answer> {
  const { path, method } = request;
  if (isForBackEnds(path)) return answerBackEnd(state, request);
  const isThere = isOwnPath(path) && !(path === RECOVERY && !state.release.hasRecovery);
  const methods = isThere ? ROUTES[path] : ownRoutes[path];
  if (methods === undefined) return springError(404, 'Not Found', path);
  const route = methods[method] ?? methods['*'];
  if (route === undefined) return springError(405, 'Method Not Allowed', path);
  const isOfProtocol = path.startsWith('/pa/') && path !== WITHOUT_PROTOCOL;
  if (isOfProtocol && !state.speaksProtocol3) return protocolNotSupported;
  const reply = route(state, request);
  return reply instanceof Promise ? reply : inWordsOf(reply, state.release.signatureInvalid);
}
