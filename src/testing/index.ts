/**
 * A PowerAuth server in your own process, for tests: real HTTP, real verification, protocol 3.3, nothing on disk
 * unless it is told to keep its state in a file.
 *
 * It verifies what the real server verifies: the factors of each endpoint, signatures with a counter look-ahead of 20,
 * fail counts, blocking, token age and nonces, temporary keys and activations, and their expiry. Queries of signed GET
 * requests are decoded twice, as the real server's filter does. It shares no code of the protocol with the client that it
 * tests.
 *
 * @module powerauth-wasm/testing
 */

import type { PowerAuthTestServer } from './server.ts';
import { startServer } from './start.ts';
import type { PowerAuthTestServerOptions } from './types.ts';

export type { PowerAuthTestBackEnd } from './back-end/callers.ts';
export { PowerAuthTestFaults, type PowerAuthTestFault } from './faults.ts';
export type { PowerAuthTestRequest } from './http.ts';
export type { PowerAuthTestKeys } from './keys.ts';
export type { PowerAuthTestServerLike } from './like.ts';
export type { PowerAuthTestOidcProvider } from './oidc.ts';
export type {
  PowerAuthTestRoute,
  PowerAuthTestRouteAnswer,
  PowerAuthTestRouteRequest,
} from './own-routes.ts';
export type {
  PowerAuthTestOfflinePayload,
  PowerAuthTestOfflineRequest,
  PowerAuthTestOfflineSignature,
} from './offline.ts';
export type {
  PowerAuthTestRecoveryCode,
  PowerAuthTestRecoveryCodeState,
  PowerAuthTestRecoveryPuk,
  PowerAuthTestRecoveryPukState,
} from './recovery.ts';
export type { PowerAuthTestSignatureType } from './signature.ts';
export type { PowerAuthTestActivationState } from './model.ts';
export { PowerAuthTestServer } from './server.ts';
export type {
  PowerAuthTestActivation,
  PowerAuthTestActivationOptions,
  PowerAuthTestServerOptions,
  PowerAuthTestSignatureVerification,
  PowerAuthTestSignedRequest,
  PowerAuthTestToken,
  PowerAuthTestTokenVerification,
} from './types.ts';

/**
 * Starts a server with its own application. This takes a few milliseconds.
 *
 * In addition to the PowerAuth endpoints (including `/pa/v3/user/info`, `/pa/v3/activation/detail` and `/rename`) it
 * serves these, so that an application can
 * test itself:
 *
 * - `GET` and `POST /api/protected/token`: 200 for a valid header of a token with two factors, otherwise 401
 * - `/api/protected/signature`, any method: the same for signatures of two factors with that path as uriId
 * - `/api/possession/token` and `/api/possession/signature`: the same for any factors, including possession alone
 * - `POST /api/encrypted/application` and `/api/encrypted/activation`: the content, encrypted again; 500 for anything
 *   that can't be decrypted
 * - `POST /api/encrypted/signature`: the same in activation scope, encrypted and then signed, with that path as uriId
 *   and two factors; otherwise 401. `POST /api/signed/encrypted`: signed, and then encrypted
 *
 * To programs on this machine it also answers the methods of a genuine server for back-ends, `/rest/v3/…`, as far as its
 * state goes; see docs/testing.md.
 *
 * @example
 * ```ts
 * const server = await startPowerAuthTestServer();
 * const { activationId, activationCode } = server.createActivation();
 * await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true });
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'Test'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * server.commitActivation(activationId);
 * // …
 * await server.close();
 * ```
 */
export function startPowerAuthTestServer(
  options: PowerAuthTestServerOptions = {},
): Promise<PowerAuthTestServer> {
  return startServer(options);
}
