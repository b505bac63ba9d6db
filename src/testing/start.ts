/**
 * Starts a server.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PowerAuthTestFaults } from './faults.ts';
import { RELEASES } from './like.ts';
import { createHttpServer, type Interceptor, type PowerAuthTestRequest } from './http.ts';
import { PowerAuthTestServer } from './server.ts';
import { ServerState } from './state.ts';
import type { PowerAuthTestServerOptions } from './types.ts';

/**
 * Starts a server.
 *
 * @param intercept gets each request first; what it takes over is neither recorded nor subject to faults
 */
export async function startServer(
  {
    like = '1.9',
    port = 0,
    allowOrigin,
    backEnd = true,
    activationRecovery = RELEASES[like].hasRecovery,
    biometryUnlocksVault = false,
    tokenWindow = RELEASES[like].tokenWindow,
    minSupportedProtocolVersion = 3,
    removesByPossession = false,
    oauth2Providers = [],
    userOfAttributes = ({ username }) =>
      typeof username === 'string' && username !== '' ? username : undefined,
    userInfo = (userId) => ({ sub: userId, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) }),
  }: PowerAuthTestServerOptions = {},
  intercept?: Interceptor,
): Promise<PowerAuthTestServer> {
  const state = new ServerState({
    activationRecovery: activationRecovery && RELEASES[like].hasRecovery,
    backEnd,
    biometryUnlocksVault,
    tokenWindow,
    release: RELEASES[like],
    minSupportedProtocolVersion,
    removesByPossession,
    oauth2Providers,
    userOfAttributes,
    userInfo,
  });
  const requests: PowerAuthTestRequest[] = [];
  const faults = new PowerAuthTestFaults();
  const http = createHttpServer(state, faults, requests, allowOrigin, intercept);
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
    return closed;
  };
  const { port: actual } = http.address() as AddressInfo;
  return new PowerAuthTestServer(state, `http://127.0.0.1:${actual}`, requests, faults, close);
}
