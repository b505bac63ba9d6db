/** The names of the React Native SDK's newer versions do what the older ones do. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthBiometryConfiguration,
  buildBiometryConfiguration,
  PowerAuthErrorCode,
  PowerAuthSignatureKeyId,
} from '../../src/index.ts';
import { testBiometry } from '../helpers/biometry.ts';
import {
  activate,
  activated,
  PASSWORD,
  requestsTo,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const UNLOCK = '/pa/v3/vault/unlock';
const { MASTER_EC, SERVER_EC, DEVICE_EC } = PowerAuthSignatureKeyId;
const toBase64 = (text: string) => Buffer.from(text).toString('base64');

afterEach(() => {
  vi.useRealTimers();
});

describe('persistActivation', () => {
  test('is commitActivation', async () => {
    const server = await testServer();
    const { biometry } = testBiometry();
    const powerAuth = await testClient(server, { biometry });
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const both = PowerAuthAuthentication.persistWithPasswordAndBiometry(PASSWORD, {
      promptMessage: 'Please',
    });
    expect([both.isActivationPersist, both.isActivationCommit, both.isBiometricAuthentication]).toEqual([
      true,
      true,
      true,
    ]);
    await powerAuth.persistActivation(both);
    expect(await powerAuth.hasBiometryFactor()).toBe(true);
    expect(await powerAuth.hasValidActivation()).toBe(true);
    expect(KNOWLEDGE.isActivationPersist).toBe(false);
  });

  test('takes a password alone', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword(PASSWORD));
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });
});

describe('headers', () => {
  test('have a name and a value, and the server accepts them', async () => {
    const { server, powerAuth } = await activated();
    const path = '/api/protected/signature';
    const send = async (header: { name: string; value: string }, init?: RequestInit, query = '') =>
      statusOf(server, { key: header.name, value: header.value }, path + query, init);
    const body = '{"amount":100}';
    const post = await powerAuth.authenticationHeaderForRequestWithBody(KNOWLEDGE, 'POST', path, body);
    expect(Object.keys(post)).toEqual(['name', 'value']);
    expect(await send(post, { body })).toBe(200);
    const params = { from: '0', order: 'date' };
    const get = await powerAuth.authenticationHeaderForRequestWithParams(KNOWLEDGE, 'GET', path, params);
    expect(await send(get, { method: 'GET' }, '?order=date&from=0')).toBe(200);
    // Other methods sign the canonical query in place of a body.
    const put = await powerAuth.authenticationHeaderForRequestWithParams(KNOWLEDGE, 'PUT', path, params);
    const request = { method: 'PUT', uriId: path, body: 'from=0&order=date' };
    expect(server.verifySignature(put.value, request)).toBeDefined();
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    const { name, value } = await powerAuth.tokenStore.generateAuthenticationHeader('T');
    expect(await statusOf(server, { key: name, value }, '/api/protected/token')).toBe(200);
  });

  test('of an offline request are its codes', async () => {
    const { server, powerAuth, activationId } = await activated();
    const data = 'A1*A100EUR';
    const uriId = '/operation/authorize/offline';
    const { nonce } = server.createOfflinePayload({ data, activationId });
    const signature = await powerAuth.offlineAuthenticationCode(KNOWLEDGE, uriId, nonce, data);
    expect(server.verifyOfflineSignature({ activationId, uriId, nonce, data, signature })).toBe(true);
  });
});

describe('a password is changed in two steps', () => {
  const NEW = 'battery staple';

  test('the server checks the old one in the first, and hears nothing of the second', async () => {
    const { server, powerAuth, activationId } = await activated();
    await expect(powerAuth.beginPasswordChange('wrong password')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    expect(server.activation(activationId)?.failCount).toBe(1);
    const data = await powerAuth.beginPasswordChange(PASSWORD);
    const { length } = server.requests;
    await powerAuth.finishPasswordChange(NEW, data);
    expect(server.requests).toHaveLength(length);
    await powerAuth.validatePassword(NEW);
    await data.release();
  });

  test('its data serve once, whatever became of it', async () => {
    const { powerAuth } = await activated();
    const used = error(
      PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
      /^passwordChangeData: expected one that is not/,
    );
    const short = await powerAuth.beginPasswordChange(PASSWORD);
    await expect(powerAuth.finishPasswordChange('12', short)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER),
    );
    await expect(powerAuth.finishPasswordChange(NEW, short)).rejects.toMatchObject(used);
    const wrong = await powerAuth.beginPasswordChange(PASSWORD);
    await expect(powerAuth.finishPasswordChange(5 as unknown as string, wrong)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER),
    );
    await expect(powerAuth.finishPasswordChange(NEW, wrong)).rejects.toMatchObject(used);
    const data = await powerAuth.beginPasswordChange(PASSWORD);
    const both = await Promise.allSettled([1, 2].map(() => powerAuth.finishPasswordChange(NEW, data)));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await powerAuth.validatePassword(NEW);
  });

  test('released, forgotten or ended, they change nothing', async () => {
    const { server, powerAuth } = await activated();
    const released = await powerAuth.beginPasswordChange(PASSWORD);
    await released.release();
    await expect(powerAuth.finishPasswordChange(NEW, released)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const forgotten = await powerAuth.beginPasswordChange(PASSWORD);
    vi.advanceTimersByTime(5 * 60_000);
    vi.useRealTimers();
    await expect(powerAuth.finishPasswordChange(NEW, forgotten)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT),
    );
    await powerAuth.validatePassword(PASSWORD);
    const other = await testClient(server);
    await activate(server, other);
    const foreign = await other.beginPasswordChange(PASSWORD);
    await expect(powerAuth.finishPasswordChange(NEW, foreign)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER),
    );
    await powerAuth.validatePassword(PASSWORD);
  });

  test('somebody else’s change in between counts', async () => {
    const { powerAuth } = await activated();
    const data = await powerAuth.beginPasswordChange(PASSWORD);
    await powerAuth.changePassword(PASSWORD, 'correct battery');
    await expect(powerAuth.finishPasswordChange(NEW, data)).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED),
    );
    await powerAuth.validatePassword('correct battery');
  });

  test('changePasswordUnsafe is unsafeChangePassword', async () => {
    const { server, powerAuth } = await activated();
    const { length } = server.requests;
    expect(await powerAuth.changePasswordUnsafe(PASSWORD, NEW)).toBe(true);
    expect(server.requests).toHaveLength(length);
    await powerAuth.validatePassword(NEW);
  });
});

describe('digital signatures', () => {
  test('by the device', async () => {
    const { server, powerAuth, activationId } = await activated();
    const signature = await powerAuth.calculateDigitalSignature(KNOWLEDGE, toBase64('I agree'), DEVICE_EC);
    expect(server.verifyDeviceSignature(activationId, 'I agree', signature)).toBe(true);
    expect(requestsTo(server, UNLOCK)).toBe(1);
  });

  test('by the server’s keys, each for itself', async () => {
    const { server, powerAuth, activationId } = await activated();
    const wrong = error(PowerAuthErrorCode.WRONG_SIGNATURE);
    for (const [personalized, key, otherKey] of [
      [true, SERVER_EC, MASTER_EC],
      [false, MASTER_EC, SERVER_EC],
    ] as const) {
      const request = { data: 'A1*A100EUR', ...(personalized && { activationId }) };
      const { payload } = server.createOfflinePayload(request);
      const line = payload.lastIndexOf('\n') + 2;
      const [signed, signature] = [toBase64(payload.slice(0, line)), payload.slice(line)];
      await powerAuth.verifyDigitalSignature(signature, signed, key);
      await expect(powerAuth.verifyDigitalSignature(signature, signed, otherKey)).rejects.toMatchObject(
        wrong,
      );
      await expect(powerAuth.verifyDigitalSignature('AAAA', signed, key)).rejects.toMatchObject(wrong);
    }
  });

  test('by the master key need no activation', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const [code = '', signature = ''] = server.createActivation().activationCode.split('#');
    await powerAuth.verifyDigitalSignature(signature, toBase64(code), MASTER_EC);
  });
});

describe('biometry', () => {
  test('getBiometricStatus says what the platform and the activation have', async () => {
    const user = testBiometry();
    const { powerAuth } = await activated({ biometry: user.biometry });
    expect(await powerAuth.getBiometricStatus()).toMatchObject({
      isAuthenticationWithBiometricsAvailable: false,
      isBiometricFactorConfigured: false,
      systemStatus: 'OK',
    });
    await powerAuth.addBiometryFactor(PASSWORD);
    expect(await powerAuth.isAuthenticationWithBiometricsAvailable()).toBe(true);
    user.info = { ...user.info, canAuthenticate: 'LOCKOUT' };
    expect(await powerAuth.getBiometricStatus()).toMatchObject({
      isAuthenticationWithBiometricsAvailable: false,
      isBiometricFactorConfigured: true,
      systemStatus: 'LOCKOUT',
    });
  });

  test('invalidateBiometricFactorAfterChange precedes linkItemsToCurrentSet', () => {
    const made = new PowerAuthBiometryConfiguration();
    expect(buildBiometryConfiguration(made)).not.toHaveProperty('invalidateBiometricFactorAfterChange');
    made.invalidateBiometricFactorAfterChange = false;
    expect(buildBiometryConfiguration(made)).toMatchObject({
      linkItemsToCurrentSet: false,
      invalidateBiometricFactorAfterChange: false,
    });
    expect(() => buildBiometryConfiguration({ invalidateBiometricFactorAfterChange: 1 as never })).toThrow(
      /^biometryConfiguration\.invalidateBiometricFactorAfterChange: expected true or false/,
    );
  });

  test('a provider gets the titles of the prompt', async () => {
    const user = testBiometry();
    const { powerAuth } = await activated({ biometry: user.biometry });
    const prompt = {
      promptMessage: 'Please',
      promptSubtitle: 'Payment',
      cancelButtonTitle: 'No',
      fallbackButtonTitle: 'PIN',
    };
    await powerAuth.addBiometryFactor(PASSWORD, prompt);
    expect(user.asked.at(-1)).toEqual(prompt);
  });
});

test('the algorithm is the one of protocol 3.3', async () => {
  const { powerAuth } = await activated();
  expect(await powerAuth.currentAlgorithm).toBe('legacy');
});
