/**
 * Starts a server.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ender } from './connections.ts';
import { PowerAuthTestFaults } from './faults.ts';
import { RELEASES } from './like.ts';
import { checked, serverOptions } from './inputs.ts';
import { createHttpServer, type Interceptor, type PowerAuthTestRequest } from './http.ts';
import { PowerAuthTestServer } from './server.ts';
import { isOwnPath } from './routes.ts';
import { routeTable } from './own-routes.ts';
import { StateFile } from './state-file.ts';
import { ServerState } from './state.ts';
import { assertTls } from './tls.ts';
import type { ApplicationRules } from './model.ts';
import type { PowerAuthTestServerOptions } from './types.ts';

/**
 * Starts a server.
 *
 * @param intercept gets each request first; what it takes over is neither recorded nor subject to faults
 * @throws WRONG_PARAMETER for an invalid option; what the network and the file system throw
 */
export async function startServer(
  options: PowerAuthTestServerOptions = {},
  intercept?: Interceptor,
): Promise<PowerAuthTestServer> {
  checked(serverOptions, options, 'options');
  const {
    like = '1.9',
    host = '127.0.0.1',
    port = 0,
    tls,
    keys,
    state: path,
    routes = [],
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
    userInfo = standardClaims,
  } = options;
  if (tls !== undefined) assertTls(tls, { cert: 'options.tls.cert', key: 'options.tls.key' });
  const rules: ApplicationRules = {
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
  };
  const requests: PowerAuthTestRequest[] = [];
  const faults = new PowerAuthTestFaults();
  const table = routeTable(routes, isOwnPath);
  const file = path === undefined ? undefined : new StateFile(path);
  let http: Server;
  let state: ServerState;
  let end: () => Promise<void>;
  try {
    state = new ServerState(rules, keys, file);
    http = createHttpServer(state, faults, requests, { allowOrigin, tls, routes: table, intercept });
    end = ender(http);
    http.listen(port, host);
    await once(http, 'listening');
  } catch (error) {
    file?.close();
    throw error;
  }

  let closed: Promise<void> | undefined;
  const close = () => (closed ??= end().then(() => state.close()));
  const { port: actual } = http.address() as AddressInfo;
  const baseUrl = `${tls === undefined ? 'http' : 'https'}://${nameOf(host)}:${actual}`;
  return new PowerAuthTestServer(state, baseUrl, requests, faults, close);
}

/** The claims that every user has. */
export const standardClaims = (userId: string): Readonly<Record<string, unknown>> => ({
  sub: userId,
  jti: randomUUID(),
  iat: Math.floor(Date.now() / 1000),
});

/** What this machine calls a host that it listens to; all its addresses include the one that only it reaches. */
function nameOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
