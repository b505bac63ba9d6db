import { expect, onTestFinished } from 'vitest';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  type PowerAuthBiometryConfigurationType,
  type PowerAuthClientConfigurationType,
  type PowerAuthKeychainConfigurationType,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { buildConfigurations } from '../../src/session/configurations.ts';
import { WHOLE } from '../../src/session/whole.ts';
import { Session } from '../../src/session/session.ts';
import { PASSWORD, QUICK_PASSWORDS } from './passwords.ts';
import { keysOf } from './storage.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../src/testing/index.ts';

export { PASSWORD };

let instances = 0;

/** A server that ends with the test. */
export async function testServer(
  options?: Parameters<typeof startPowerAuthTestServer>[0],
): Promise<PowerAuthTestServer> {
  const server = await startPowerAuthTestServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Settings of {@link testClient}; the storage is a new one in memory unless one is given. */
export interface TestClientSettings {
  readonly instanceId?: string;
  readonly storage?: PowerAuthStorage;
  readonly sealingKey?: Uint8Array | CryptoKey;
  readonly client?: PowerAuthClientConfigurationType;
  readonly biometry?: PowerAuthBiometryConfigurationType;
  readonly keychain?: PowerAuthKeychainConfigurationType;
}

export const SEALING_KEY = new Uint8Array(32).fill(7);

/** A configured client without an activation, which ends with the test. */
export async function testClient(
  server: Pick<PowerAuthTestServer, 'configuration'>,
  settings: TestClientSettings = {},
): Promise<PowerAuth> {
  const powerAuth = new PowerAuth(settings.instanceId ?? `instance-${++instances}`);
  await powerAuth.configure(
    server.configuration,
    { enableUnsecureTraffic: true, ...settings.client },
    settings.biometry,
    {
      ...QUICK_PASSWORDS,
      storage: settings.storage ?? memoryStorage(),
      sealingKey: settings.sealingKey ?? SEALING_KEY,
      ...settings.keychain,
    },
  );
  onTestFinished(async () => {
    await powerAuth.deconfigure();
  });
  return powerAuth;
}

/** Activates a client by code and commits both sides. */
export async function activate(
  server: PowerAuthTestServer,
  powerAuth: PowerAuth,
  options?: Parameters<PowerAuthTestServer['createActivation']>[0],
): Promise<string> {
  const { activationId, activationCode } = server.createActivation(options);
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  if (server.activation(activationId)?.state === 'PENDING_COMMIT') server.commitActivation(activationId);
  return activationId;
}

/** What a client's session is built of: for tests of two processes that share a storage. */
export async function testSession(
  server: PowerAuthTestServer,
  settings: Required<Pick<TestClientSettings, 'instanceId' | 'storage'>> &
    Pick<TestClientSettings, 'keychain'>,
): Promise<Session> {
  const client = { enableUnsecureTraffic: true };
  const keychain = {
    ...QUICK_PASSWORDS,
    storage: settings.storage,
    sealingKey: SEALING_KEY,
    ...settings.keychain,
  };
  const configurations = buildConfigurations([server.configuration, client, undefined, keychain]);
  const session = await Session.open(settings.instanceId, configurations, WHOLE);
  onTestFinished(() => session.close());
  return session;
}

/** A server and an activated client. */
export async function activated(
  settings?: TestClientSettings,
  options?: Parameters<typeof testServer>[0],
): Promise<{
  server: PowerAuthTestServer;
  powerAuth: PowerAuth;
  activationId: string;
}> {
  const server = await testServer(options);
  const powerAuth = await testClient(server, settings);
  return { server, powerAuth, activationId: await activate(server, powerAuth) };
}

/** Sends a header to an endpoint of the server that takes any factors and returns the HTTP status. */
export async function statusOf(
  server: PowerAuthTestServer,
  header: { key: string; value: string },
  path = '/api/possession/token',
  init: RequestInit = {},
): Promise<number> {
  const response = await fetch(server.baseUrl + path, {
    method: 'POST',
    ...init,
    headers: { [header.key]: header.value },
  });
  await response.arrayBuffer();
  return response.status;
}

/** How many requests of this path have arrived. */
export function requestsTo(server: PowerAuthTestServer, path: string): number {
  return server.requests.filter((request) => request.path === path).length;
}

/** Nothing of an activation is here, nor in the storage. */
export async function expectNothingLeft(powerAuth: PowerAuth, storage?: PowerAuthStorage): Promise<void> {
  expect(await powerAuth.canStartActivation()).toBe(true);
  expect(await powerAuth.hasPendingActivation()).toBe(false);
  expect(await powerAuth.hasValidActivation()).toBe(false);
  expect(await powerAuth.getActivationIdentifier()).toBeUndefined();
  expect(await powerAuth.getActivationFingerprint()).toBeUndefined();
  if (storage !== undefined) expect(await keysOf(storage)).toEqual([]);
}
