/** The vendor's npm package powerauth-js-test-client, unchanged, calls the embedded server as it calls a genuine one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type * as Vendor from 'powerauth-js-test-client';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { PASSWORD, testServer } from '../../helpers/client.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { root } from '../package/support.ts';

let vendor: typeof Vendor;

beforeAll(async () => {
  const outfile = join(root, 'build/js-test-client/client.cjs');
  await build({
    // Its modules have no extensions, which only bundlers resolve, and it needs chalk, which its package.json doesn't name.
    stdin: { contents: "export * from 'powerauth-js-test-client'", resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  vendor = createRequire(import.meta.url)(outfile) as typeof Vendor;
  vendor.Logger.setVerboseLevel(vendor.VerboseLevel.None);
  vendor.Logger.setDebugRequestResponse(false);
});

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
let instances = 0;

type Helper = Vendor.ActivationHelper<PowerAuth, unknown>;

/** The helper with the steps of its README. */
async function helperFor(server: { baseUrl: string }, config: Partial<Vendor.Config> = {}): Promise<Helper> {
  const helper: Helper = await vendor.ActivationHelper.createWithConfig({
    connection: { baseUrl: server.baseUrl },
    ...config,
  });
  helper.createSdk = async ({ appKey, appSecret, masterServerPublicKey }) => {
    const powerAuth = new PowerAuth(`js-test-client-${++instances}`);
    const keychain = { ...QUICK_PASSWORDS, storage: memoryStorage() };
    const configuration = {
      applicationKey: appKey,
      applicationSecret: appSecret,
      masterServerPublicKey,
      baseEndpointUrl: server.baseUrl,
    };
    await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, keychain);
    onTestFinished(async () => {
      await powerAuth.deconfigure();
    });
    return powerAuth;
  };
  helper.prepareStep = async (_, { activationCode = '' }, data) => {
    const powerAuth = await helper.getPowerAuthSdk();
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'Test device');
    const { ON_KEY_EXCHANGE } = vendor.ActivationOtpValidation;
    if (data?.otp !== undefined && data.otpValidation === ON_KEY_EXCHANGE)
      activation.additionalActivationOtp = data.otp;
    const result = await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    return result;
  };
  return helper;
}

async function activated(): Promise<{ helper: Helper; powerAuth: PowerAuth }> {
  const helper = await helperFor(await testServer());
  await helper.createActivation('alice');
  return { helper, powerAuth: helper.powerAuthSdk };
}

test('connects without knowing the version, and finds the application by its default names', async () => {
  const server = await testServer();
  const client = new vendor.PowerAuthTestServer({ connection: { baseUrl: server.baseUrl } });
  expect(await client.testConnection()).toBe(true);
  expect(await client.getSystemStatus()).toMatchObject({ status: 'OK' });
  expect(await client.getServerVersion()).toBe(vendor.ServerVersion.V1_4_0);
  const [application] = await client.getApplicationList();
  expect(application?.applicationName).toBe(vendor.DEFAULT_APPLICATION_NAME);
  const setup = await client.prepareApplicationFromConfiguration();
  const { appKey, appSecret, masterServerPublicKey } = setup;
  expect({ applicationKey: appKey, applicationSecret: appSecret, masterServerPublicKey }).toEqual({
    applicationKey: server.configuration.applicationKey,
    applicationSecret: server.configuration.applicationSecret,
    masterServerPublicKey: server.configuration.masterServerPublicKey,
  });
});

test('an activation from its code to its removal', async () => {
  const { helper, powerAuth } = await activated();
  expect(await helper.getActivationStatus()).toBe('ACTIVE');
  expect(await helper.getActivationDetail()).toMatchObject({
    userId: 'alice',
    activationName: 'Test device',
    activationStatus: 'ACTIVE',
    activationOtpValidation: 'NONE',
    devicePublicKeyFingerprint: await powerAuth.getActivationFingerprint(),
    activationFlags: [],
  });
  await helper.blockActivation('TEST-REASON');
  expect(await helper.getActivationDetail()).toMatchObject({
    activationStatus: 'BLOCKED',
    blockedReason: 'TEST-REASON',
  });
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'BLOCKED' });
  await helper.unblockActivation();
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE' });
  await helper.cleanup();
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'REMOVED' });
});

test.each(['ON_KEY_EXCHANGE', 'ON_COMMIT'] as const)('a one-time password %s', async (phase) => {
  const helper = await helperFor(await testServer());
  const otpValidation = vendor.ActivationOtpValidation[phase];
  if (phase === 'ON_COMMIT') {
    await helper.createActivation('alice', { otp: '123456', otpValidation });
  } else {
    // Its `createActivation` initializes this phase without the password.
    await helper.initActivation('alice', '123456', otpValidation);
    await helper.prepareActivation({ otp: '123456', otpValidation });
  }
  expect(await helper.getActivationDetail()).toMatchObject({
    activationStatus: 'ACTIVE',
    activationOtpValidation: phase,
  });
});

test('another one-time password', async () => {
  const helper = await helperFor(await testServer());
  await helper.initActivation('alice');
  await helper.prepareActivation();
  expect(await helper.server.activationUpdateOtp(helper.activation, '777')).toBe(true);
  await expect(helper.commitActivation('778')).rejects.toMatchObject({
    name: 'PowerAuthServerError',
    httpStatusCode: 400,
    serverErrorCode: 'ERR0031',
  });
  await helper.commitActivation('777');
  expect(await helper.getActivationStatus()).toBe('ACTIVE');
});

test('signatures: online, offline, by the device', async () => {
  const { helper, powerAuth } = await activated();
  const { signatureHelper, server } = helper;
  const sign = async (body: string) =>
    (await powerAuth.requestSignature(KNOWLEDGE, 'POST', '/payment', body)).value;
  const isGood = (body: string, value: string) =>
    signatureHelper.verifyOnlineSignature('POST', '/payment', body, value);
  const value = await sign('{"amount":1}');
  expect(await isGood('{"amount":2}', value)).toBe(false);
  expect(await isGood('{"amount":1}', value)).toBe(true);
  expect(await isGood('{"amount":1}', value)).toBe(false);

  const data = '5ff1b1ed\nPayment\nA1*A100EUR';
  const payload = await server.createPersonalizedOfflineSignature(helper.activation, data);
  expect(payload).toMatchObject({ parsedData: data, parsedNonce: payload.nonce, parsedSigningKey: '1' });
  const { parsedSignedData = '', parsedSignature = '', nonce } = payload;
  expect(await powerAuth.verifyServerSignedData(parsedSignedData, parsedSignature, false)).toBe(true);
  const typed = await powerAuth.offlineSignature(KNOWLEDGE, '/operation', nonce, data);
  const { activationId } = helper;
  const isGoodOffline = (code: string) =>
    signatureHelper.verifyOfflineSignature(activationId, '/operation', data, nonce, false, code);
  expect(await isGoodOffline('00000000-00000000')).toBe(false);
  expect(await isGoodOffline(typed)).toBe(true);
  const forAll = await server.createNonPersonalizedOfflineSignature(helper.application, data);
  expect(
    await powerAuth.verifyServerSignedData(forAll.parsedSignedData ?? '', forAll.parsedSignature ?? '', true),
  ).toBe(true);

  const signed = await powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'I agree');
  expect(await server.verifyDeviceSignedData(helper.activation, 'I agree', signed)).toBe(true);
  expect(await server.verifyDeviceSignedData(helper.activation, 'I disagree', signed)).toBe(false);
});

test('tokens', async () => {
  const { helper, powerAuth } = await activated();
  const { tokenId } = await tokenOf(powerAuth);
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('T');
  expect(await helper.tokenHelper.verifyTokenDigest(value)).toMatchObject({
    tokenValid: true,
    activationId: helper.activationId,
    userId: 'alice',
    signatureType: 'POSSESSION_KNOWLEDGE',
  });
  expect(await helper.server.removeToken(helper.activation, tokenId)).toBe(true);
  expect(await helper.server.removeToken(helper.activation, tokenId)).toBe(false);
  const { value: late } = await powerAuth.tokenStore.generateHeaderForToken('T');
  expect(await helper.tokenHelper.verifyTokenDigest(late)).toMatchObject({ tokenValid: false });
});

async function tokenOf(powerAuth: PowerAuth): Promise<{ tokenId: string }> {
  const { tokenIdentifier } = await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
  return { tokenId: tokenIdentifier };
}

test('switches recovery on', async () => {
  const server = await testServer({ activationRecovery: false });
  const helper = await helperFor(server, { application: { enableRecoveryCodes: true } });
  expect(await helper.server.getRecoveryConfig(helper.application)).toMatchObject({
    activationRecoveryEnabled: true,
  });
  await helper.createActivation('alice');
  expect(await helper.powerAuthSdk.hasActivationRecoveryData()).toBe(true);
});

test('on the server as a program', async () => {
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const helper = await helperFor(JSON.parse(line) as { baseUrl: string });
  await helper.createActivation('alice');
  expect(await helper.getActivationStatus()).toBe('ACTIVE');
});

test('with a user name and a password', async () => {
  const server = await testServer({ backEnd: { username: 'bank', password: 'pässword' } });
  const { baseUrl } = server;
  const connect = (password: string) =>
    new vendor.PowerAuthTestServer({ connection: { baseUrl, username: 'bank', password } }).connect();
  await connect('pässword');
  await expect(connect('password')).rejects.toMatchObject({
    httpStatusCode: 401,
    serverErrorCode: 'ERR_AUTHENTICATION',
  });
});

test('an application of another name, and its versions', async () => {
  const testee = await testServer();
  const names = { applicationName: 'Bank', applicationVersion: '2' };
  const helper = await helperFor(testee, { application: names });
  const { server, appSetup } = helper;
  expect(appSetup.appKey).not.toBe(testee.configuration.applicationKey);
  expect(appSetup.masterServerPublicKey).not.toBe(testee.configuration.masterServerPublicKey);
  await helper.createActivation('alice');
  const powerAuth = helper.powerAuthSdk;
  await powerAuth.validatePassword(PASSWORD);
  const { versions } = await server.getApplicationDetail(helper.application);
  expect(versions.map(({ applicationVersionId }) => applicationVersionId.objectName)).toEqual([
    'default',
    '2',
  ]);
  await server.setAppplicationVersionSupported(appSetup.applicationVersion, false);
  await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject({ code: 'AUTHENTICATION_ERROR' });
  await server.setAppplicationVersionSupported(appSetup.applicationVersion, true);
  await powerAuth.validatePassword(PASSWORD);
  // Prepared again, it is found.
  expect((await helperFor(testee, { application: names })).appSetup.appKey).toBe(appSetup.appKey);
});

test('what is refused, and what is not there', async () => {
  const helper = await helperFor(await testServer());
  const { server } = helper;
  const unknown = 'e0a1b2c3-0000-4000-8000-000000000000';
  await expect(server.activationCommit(unknown)).rejects.toMatchObject({
    httpStatusCode: 400,
    serverErrorCode: 'ERR0009',
  });
  const absent = { httpStatusCode: 404, serverErrorCode: 'ERROR_NOT_FOUND' };
  const { appKey: applicationKey } = helper.appSetup;
  const data = { activationCode: '', applicationKey, ephemeralPublicKey: '', encryptedData: '', mac: '' };
  await expect(server.activationPrepare(data)).rejects.toMatchObject(absent);
});
