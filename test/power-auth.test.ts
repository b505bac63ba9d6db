import { describe, expect, test } from 'vitest';
import { inspect } from 'node:util';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication, PowerAuthErrorCode } from '../src/index.ts';
import { memoryStorage } from '../src/storage/memory.ts';
import { activated, PASSWORD, requestsTo, statusOf, testClient, testServer } from './helpers/client.ts';
import { error } from './helpers/error.ts';
import { rejection } from './helpers/storage.ts';
import { NO_STRINGS } from './helpers/wrong-values.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);

describe('configure', () => {
  test('is needed first, and its objects are readable afterwards', async () => {
    const powerAuth = new PowerAuth('configure-1');
    expect(await powerAuth.isConfigured()).toBe(false);
    expect(powerAuth.configuration).toBeUndefined();
    expect(powerAuth.engine).toBeUndefined();
    const server = await testServer();
    const configured = await testClient(server, { instanceId: 'configure-1' });
    expect(await powerAuth.isConfigured(), 'the other object of this instanceId').toBe(true);
    expect(powerAuth.configuration).toEqual(server.configuration);
    expect(powerAuth.clientConfiguration).toMatchObject({ connectionTimeout: 20, readTimeout: 20 });
    expect(powerAuth.biometryConfiguration).toMatchObject({ linkItemsToCurrentSet: true });
    expect(powerAuth.keychainConfiguration?.minimalRequiredKeychainProtection).toBe('NONE');
    expect(powerAuth.sharingConfiguration).toBeDefined();
    expect(powerAuth.engine).toBe('wasm-simd');
    expect(await configured.deconfigure()).toBe(true);
    expect(await powerAuth.isConfigured()).toBe(false);
  });

  test('twice is refused, after deconfigure it is not', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await activated({ instanceId: 'configure-2', storage });
    await expect(
      powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.REACT_NATIVE_ERROR));
    const { configuration, clientConfiguration, biometryConfiguration, keychainConfiguration } = powerAuth;
    await powerAuth.deconfigure();
    if (configuration === undefined) throw new Error('no configuration');
    await powerAuth.configure(
      configuration,
      clientConfiguration,
      biometryConfiguration,
      keychainConfiguration,
    );
    expect(await powerAuth.getActivationIdentifier()).toBe(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('that was not awaited is over before a deconfigure that comes after it, and one after that begins again', async () => {
    const { configuration } = await testServer();
    const powerAuth = new PowerAuth('configure-order');
    const configure = (readTimeout: number) =>
      powerAuth.configure(configuration, { readTimeout }, undefined, { storage: memoryStorage() });
    const first = configure(1);
    const end = powerAuth.deconfigure();
    await Promise.all([first, end]);
    expect(await powerAuth.isConfigured()).toBe(false);

    await configure(2);
    await Promise.all([powerAuth.deconfigure(), configure(3)]);
    expect(powerAuth.clientConfiguration?.readTimeout).toBe(3);
    await powerAuth.deconfigure();
  });

  test('takes the five basic parameters as well', async () => {
    const server = await testServer();
    const { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } =
      server.configuration;
    const powerAuth = new PowerAuth('configure-3');
    await powerAuth.configure(
      applicationKey,
      applicationSecret,
      masterServerPublicKey,
      baseEndpointUrl,
      true,
    );
    expect(powerAuth.configuration).toEqual(server.configuration);
    await powerAuth.deconfigure();
  });

  test('accepts http without permission for it, and sends nothing there', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server, { client: { enableUnsecureTraffic: false } });
    const { activationCode } = server.createActivation();
    await expect(
      powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test')),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.NETWORK_ERROR, /enableUnsecureTraffic/));
    expect(server.requests).toHaveLength(0);
    expect(await powerAuth.canStartActivation()).toBe(true);
  });

  test.each<readonly [string, unknown]>([
    ['applicationKey', ''],
    ['applicationKey', 'AAAA"\r\n'],
    ['applicationSecret', 'AAAA'],
    ['masterServerPublicKey', 'AAAA'],
    ['masterServerPublicKey', Buffer.alloc(33, 5).toString('base64')],
    ['baseEndpointUrl', 'bank.example'],
    ['baseEndpointUrl', 'ftp://bank.example'],
    ...NO_STRINGS.flatMap(([, value]) =>
      ['applicationKey', 'applicationSecret', 'masterServerPublicKey', 'baseEndpointUrl'].map(
        (field) => [field, value] as const,
      ),
    ),
  ])('refuses %s %o', async (field, value) => {
    const server = await testServer();
    const powerAuth = new PowerAuth('configure-5');
    await expect(
      powerAuth.configure({ ...server.configuration, [field]: value }, { enableUnsecureTraffic: true }),
    ).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^configuration\\.${field}: expected`)),
    );
    expect(await powerAuth.isConfigured()).toBe(false);
  });
});

test('can be used through a proxy, as frameworks put one around what they watch', async () => {
  const watched = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, key, receiver) => {
        const value: unknown = Reflect.get(object, key, receiver);
        return typeof value === 'object' && value !== null ? watched(value) : value;
      },
    });
  const client = await activated();
  const powerAuth = watched(client.powerAuth);
  const header = await powerAuth.requestSignature(KNOWLEDGE, 'POST', '/api/protected/signature');
  expect(await statusOf(client.server, header, '/api/protected/signature')).toBe(200);
  await powerAuth.requestGetSignature(KNOWLEDGE, '/x');
  await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
  await powerAuth.tokenStore.requestAccessToken('token', POSSESSION);
  const token = await powerAuth.tokenStore.generateHeaderForToken('token');
  expect(await statusOf(client.server, token)).toBe(200);
  (await powerAuth.tokenStore.headerGenerator('token')).release();
  const encryptor = watched(powerAuth.getEncryptorForActivationScope());
  expect(await encryptor.canEncryptRequest()).toBe(true);
  await (await encryptor.encryptRequest('text')).decryptor.release();
});

describe('the server', () => {
  test.each([
    ['HTML of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, PowerAuthErrorCode.RESPONSE_ERROR],
    ['HTML with status 200', { status: 200, body: '<html></html>' }, PowerAuthErrorCode.RESPONSE_ERROR],
    ['truncated JSON', { status: 200, body: '{"status":"OK","respon' }, PowerAuthErrorCode.RESPONSE_ERROR],
    ['another JSON', { status: 200, body: '{"status":"OK"}' }, PowerAuthErrorCode.RESPONSE_ERROR],
    ['an empty body', { status: 200, body: '' }, PowerAuthErrorCode.RESPONSE_ERROR],
    ['a huge body', { status: 200, body: 'x'.repeat(4 << 20) }, PowerAuthErrorCode.RESPONSE_ERROR],
    [
      'HTTP 500',
      { status: 500, body: '{"timestamp":1,"status":500,"error":"Internal","path":"/"}' },
      PowerAuthErrorCode.RESPONSE_ERROR,
    ],
    ['HTTP 401', { status: 401, body: '' }, PowerAuthErrorCode.AUTHENTICATION_ERROR],
    ['no answer', { dropRequest: true }, PowerAuthErrorCode.NETWORK_ERROR],
  ] as const)('answering %s costs nothing but the call', async (_, fault, code) => {
    const { server, powerAuth } = await activated();
    // The status alone, where nothing says that the body is a refusal's.
    const status = 'status' in fault ? fault.status : undefined;
    const errorData: unknown =
      status === 200
        ? { httpStatusCode: 200 }
        : status && (expect.objectContaining({ httpStatusCode: status }) as object);
    for (const path of ['/pa/v3/keystore/create', '/pa/v3/token/create', '/pa/v3/activation/status']) {
      server.faults.add({ path, count: 1, ...fault });
      const call = path.endsWith('status')
        ? powerAuth.fetchActivationStatus()
        : powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
      const thrown = await rejection(call);
      expect(thrown, path).toMatchObject(error(code));
      expect(thrown, path).toHaveProperty('errorData', errorData);
    }
    expect(await powerAuth.tokenStore.hasLocalToken('MyToken')).toBe(false);
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
  });

  test.each([NaN, 0, -1, 1e300, 'now', null])('whose time is %s is a RESPONSE_ERROR', async (serverTime) => {
    const server = await testServer();
    let slept = 0;
    const clock = { now: () => Date.now() + slept, monotonic: () => performance.now() };
    const powerAuth = await testClient(server, { client: { clock } });
    await powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
    // The time is no longer known, the temporary key is.
    slept = 60_000;
    server.faults.add({ path: '/pa/v3/status', body: JSON.stringify({ responseObject: { serverTime } }) });
    await expect(powerAuth.getEncryptorForApplicationScope().encryptRequest('{}')).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.RESPONSE_ERROR, /serverTime: expected/),
      errorData: { httpStatusCode: 200 },
    });
  });

  test('that does not answer in time is a NETWORK_ERROR', async () => {
    const { server, powerAuth } = await activated({ client: { connectionTimeout: 0.2, readTimeout: 0.2 } });
    server.faults.add({ path: '/pa/v3/activation/status', count: 1, delay: 5_000 });
    await expect(powerAuth.fetchActivationStatus()).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
  });

  test('whose reply is lost made a token that the next call does not know', async () => {
    const { server, powerAuth } = await activated();
    server.faults.add({ path: '/pa/v3/token/create', count: 1, dropReply: true });
    await expect(powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION)).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(server.tokens).toHaveLength(2);
  });

  test('that is gone is a NETWORK_ERROR', async () => {
    const { server, powerAuth } = await activated();
    await server.close();
    await expect(powerAuth.fetchActivationStatus()).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
    expect(await powerAuth.hasValidActivation()).toBe(true);
  });

  test('is not waited for after deconfigure', async () => {
    const { server, powerAuth } = await activated();
    server.faults.add({ path: '/pa/v3/activation/status', count: 1, delay: 10_000 });
    const status = powerAuth.fetchActivationStatus();
    const outcome = expect(status).rejects.toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    await expect.poll(() => requestsTo(server, '/pa/v3/activation/status')).toBe(1);
    await powerAuth.deconfigure();
    await outcome;
  });
});

describe('the storage', () => {
  test('holds nothing in clear, and objects show no secret', async () => {
    const storage = memoryStorage();
    const key = crypto.getRandomValues(new Uint8Array(32));
    const { server, powerAuth } = await activated({ storage, sealingKey: key });
    await powerAuth.tokenStore.requestAccessToken('MyToken', KNOWLEDGE);
    const shown = [powerAuth, powerAuth.tokenStore, KNOWLEDGE, powerAuth.keychainConfiguration]
      .map((value) => JSON.stringify(value) + inspect(value, { depth: 9, showHidden: true }))
      .join();
    expect(shown).not.toContain(PASSWORD);
    expect(powerAuth.keychainConfiguration?.sealingKey).toBeInstanceOf(CryptoKey);
    expect(shown).not.toContain(JSON.stringify(key));
    expect(shown).not.toContain(Buffer.from(key).toString('base64'));
    for await (const name of storage.list('')) {
      const bytes = Buffer.from((await storage.get(name)) ?? []);
      expect(name).not.toContain('MyToken');
      expect(bytes.includes(PASSWORD)).toBe(false);
      expect(bytes.includes(server.tokens[0]?.tokenId ?? 'no token')).toBe(false);
    }
  });

  test('whose records are damaged or swapped keeps them and says so', async () => {
    const storage = memoryStorage();
    const { server, powerAuth } = await activated({ instanceId: 'damaged', storage });
    for (const name of ['one', 'two']) await powerAuth.tokenStore.requestAccessToken(name, POSSESSION);
    await powerAuth.deconfigure();
    const keys: string[] = [];
    for await (const key of storage.list('')) if (key.includes('/token/')) keys.push(key);
    const [first = '', second = ''] = keys;
    const [one = new Uint8Array(), two = new Uint8Array()] = [
      await storage.get(first),
      await storage.get(second),
    ];
    await storage.set(first, two);
    await storage.set(second, one);
    const restarted = await testClient(server, { instanceId: 'damaged', storage });
    for (const name of ['one', 'two']) {
      await expect(restarted.tokenStore.generateHeaderForToken(name)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA, /swapped|another record/),
      );
    }
    expect(await storage.get(first)).toEqual(two);
    await storage.set(first, one);
    await storage.set(second, two);
    for (const name of ['one', 'two']) {
      expect(await statusOf(server, await restarted.tokenStore.generateHeaderForToken(name))).toBe(200);
    }
  });

  test('sealed with another key is refused and kept', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await activated({ instanceId: 'other-key', storage });
    await powerAuth.deconfigure();
    const stranger = await testClient(server, {
      instanceId: 'other-key',
      storage,
      sealingKey: new Uint8Array(32).fill(9),
    });
    await expect(stranger.hasValidActivation()).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA, /another key/),
    );
    const { activationCode } = server.createActivation();
    await expect(
      stranger.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test')),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA));
    await stranger.deconfigure();
    const again = await testClient(server, { instanceId: 'other-key', storage });
    expect(await again.getActivationIdentifier()).toBe(activationId);
  });
});
