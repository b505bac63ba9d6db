/** Signatures and tokens that a back-end has verified by the methods of a genuine server. */

import { describe, expect, test } from 'vitest';
import { PowerAuthAuthentication, type PowerAuth } from '../../../src/index.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { call, refused, result } from './call.ts';

const applicationId = 'PowerAuthJsTestClient-Application';
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const UUID = 'e0a1b2c3-0000-4000-8000-000000000000';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function client(options?: { maxFailCount?: number }) {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const activationId = await activate(server, powerAuth, { userId: 'alice', ...options });
  return { server, powerAuth, activationId };
}

/** The members of a header. */
const members = (value: string): Record<string, string> =>
  Object.fromEntries([...value.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]));

/** A signature as a back-end passes it on. */
async function signature(powerAuth: PowerAuth, authentication = KNOWLEDGE) {
  const { value } = await powerAuth.requestSignature(authentication, 'POST', '/payment', '{"amount":1}');
  const header = members(value);
  return {
    activationId: header['pa_activation_id'],
    applicationKey: header['pa_application_key'],
    signature: header['pa_signature'],
    signatureType: header['pa_signature_type']?.toUpperCase(),
    signatureVersion: header['pa_version'],
    data: ['POST', base64('/payment'), header['pa_nonce'], base64('{"amount":1}')].join('&'),
  };
}

describe('signature/verify', () => {
  test('a good signature, once', async () => {
    const { server, powerAuth, activationId } = await client();
    const signed = await signature(powerAuth);
    expect(await result(server, 'signature/verify', signed)).toEqual({
      signatureValid: true,
      activationStatus: 'ACTIVE',
      blockedReason: null,
      activationId,
      userId: 'alice',
      applicationId,
      signatureType: 'POSSESSION_KNOWLEDGE',
      remainingAttempts: 5,
      applicationRoles: [],
      activationFlags: [],
    });
    expect(await result(server, 'signature/verify', signed)).toMatchObject({
      signatureValid: false,
      remainingAttempts: 4,
    });
  });

  test('failures are counted, and the last one blocks', async () => {
    const { server, powerAuth, activationId } = await client({ maxFailCount: 2 });
    const wrong = () => signature(powerAuth, PowerAuthAuthentication.password('wrong password'));
    expect(await result(server, 'signature/verify', await wrong())).toMatchObject({
      signatureValid: false,
      activationStatus: 'ACTIVE',
      userId: 'alice',
      remainingAttempts: 1,
    });
    expect(await result(server, 'signature/verify', await wrong())).toMatchObject({
      signatureValid: false,
      activationStatus: 'BLOCKED',
      blockedReason: 'MAX_FAILED_ATTEMPTS',
      remainingAttempts: 0,
    });
    const late = await result(server, 'signature/verify', await signature(powerAuth));
    expect(late).toMatchObject({ signatureValid: false, activationStatus: 'BLOCKED', userId: null });
    await result(server, 'activation/unblock', { activationId });
    expect(await result(server, 'signature/verify', await signature(powerAuth))).toMatchObject({
      signatureValid: true,
    });
  });

  test('possession alone costs no attempt', async () => {
    const { server, powerAuth } = await client();
    const signed = await signature(powerAuth, PowerAuthAuthentication.possession());
    const tampered = { ...signed, data: `${signed.data}x` };
    expect(await result(server, 'signature/verify', tampered)).toMatchObject({
      signatureValid: false,
      signatureType: 'POSSESSION',
      remainingAttempts: 5,
    });
    expect(await result(server, 'signature/verify', signed)).toMatchObject({ signatureValid: true });
  });

  test('the key of another application costs an attempt, and tells nothing', async () => {
    const { server, powerAuth, activationId } = await client();
    const signed = await signature(powerAuth);
    await result(server, 'application/create', { applicationId: 'Bank' });
    const { versions } = await result(server, 'application/detail', { applicationId: 'Bank' });
    const [existing] = versions as { applicationKey: string }[];
    for (const applicationKey of [base64('another app 1234'), existing?.applicationKey]) {
      expect(await result(server, 'signature/verify', { ...signed, applicationKey })).toMatchObject({
        signatureValid: false,
        activationStatus: 'ACTIVE',
        userId: null,
      });
    }
    expect(server.activation(activationId)?.failCount).toBe(2);
  });

  test.each<[string, object]>([
    ['ERR0024', { signatureType: undefined }],
    ['ERR0024', { data: undefined }],
    ['ERR0024', { applicationKey: null }],
    ['ERROR_HTTP_REQUEST', { signatureType: 'possession' }],
    ['ERROR_HTTP_REQUEST', { signatureType: 'EVERYTHING' }],
    ['ERR0013', { signatureVersion: '4.0' }],
  ])('%s for %j', async (code, change) => {
    const { server, powerAuth, activationId } = await client();
    expect(await call(server, 'signature/verify', { ...(await signature(powerAuth)), ...change })).toEqual(
      refused(code),
    );
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('an unknown activation is a removed one', async () => {
    const { server, powerAuth } = await client();
    const unknown = { ...(await signature(powerAuth)), activationId: UUID };
    expect(await result(server, 'signature/verify', unknown)).toMatchObject({
      signatureValid: false,
      activationStatus: 'REMOVED',
    });
  });
});

describe('offline', () => {
  const DATA = '5ff1b1ed\nPayment\nPay\nA1*A100EUR';

  test.each(['personalized', 'non-personalized'])('%s payload', async (kind) => {
    const { server, powerAuth, activationId } = await client();
    const request = kind === 'personalized' ? { activationId, data: DATA } : { applicationId, data: DATA };
    const created = await result(server, `signature/offline/${kind}/create`, request);
    const [offlineData, nonce] = [String(created['offlineData']), String(created['nonce'])];
    const keyType = kind === 'personalized' ? '1' : '0';
    const signed = `${DATA}\n${nonce}\n${keyType}`;
    expect(offlineData.startsWith(signed)).toBe(true);
    const byMaster = kind === 'non-personalized';
    expect(await powerAuth.verifyServerSignedData(signed, offlineData.slice(signed.length), byMaster)).toBe(
      true,
    );

    const typed = await powerAuth.offlineSignature(KNOWLEDGE, '/operation', nonce, DATA);
    const data = ['POST', base64('/operation'), nonce, base64(DATA)].join('&');
    const verify = { activationId, data, signature: typed };
    expect(await result(server, 'signature/offline/verify', verify)).toMatchObject({
      signatureValid: true,
      userId: 'alice',
      signatureType: 'POSSESSION_KNOWLEDGE',
      remainingAttempts: 5,
    });
    expect(await result(server, 'signature/offline/verify', verify)).toMatchObject({
      signatureValid: false,
      remainingAttempts: 4,
    });
  });

  test('a nonce of the back-end', async () => {
    const { server, activationId } = await client();
    const nonce = base64('a nonce, 16 byte');
    const created = await result(server, 'signature/offline/personalized/create', {
      activationId,
      data: DATA,
      nonce,
    });
    expect(created['nonce']).toBe(nonce);
    expect(created['offlineData']).toContain(`\n${nonce}\n1`);
  });

  test('as powerauth-js-test-client sends it, to signature/verify', async () => {
    const { server, powerAuth, activationId } = await client();
    const nonce = base64('a nonce, 16 byte');
    const typed = await powerAuth.offlineSignature(KNOWLEDGE, '/operation', nonce, DATA);
    const data = ['POST', base64('/operation'), nonce, base64(DATA)].join('&');
    const verify = { activationId, data, signature: typed, allowBiometry: false };
    expect(await result(server, 'signature/verify', verify)).toMatchObject({ signatureValid: true });
  });

  test.each<[string, string, object]>([
    ['ERR0024', 'offline/verify', { activationId: UUID, data: 'x' }],
    ['ERR0013', 'offline/verify', { activationId: UUID, data: 'x', signature: '1', componentLength: 9 }],
    [
      'ERROR_HTTP_REQUEST',
      'offline/verify',
      { activationId: UUID, data: 'x', signature: '1', allowBiometry: 1 },
    ],
    ['ERR0024', 'offline/verify', { activationId: UUID, data: 'x', signature: '1', proximityCheck: {} }],
    ['ERR0009', 'offline/personalized/create', { activationId: UUID, data: 'x' }],
    ['ERR0024', 'offline/personalized/create', { activationId: UUID }],
    ['ERR0015', 'offline/non-personalized/create', { applicationId: 'another', data: 'x' }],
  ])('%s from %s for %j', async (code, method, fields) => {
    expect(await call(await testServer(), `signature/${method}`, fields)).toEqual(refused(code));
  });
});

test('a signature by the device, and one by the server', async () => {
  const { server, powerAuth, activationId } = await client();
  const data = base64('I agree');
  const device = await powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'I agree');
  const verify = (fields: object) =>
    result(server, 'signature/ecdsa/verify', { activationId, data, signature: device, ...fields });
  expect(await verify({})).toEqual({ signatureValid: true });
  expect(await verify({ data: base64('I disagree') })).toEqual({ signatureValid: false });
  expect(await verify({ activationId: UUID })).toEqual({ signatureValid: false });
  expect(await verify({ signatureFormat: 'JOSE' })).toEqual({ signatureValid: false });
  const { signature: own } = await result(server, 'signature/ecdsa/sign', { activationId, data });
  expect(await powerAuth.verifyServerSignedData('I agree', String(own), false)).toBe(true);
  const wrong = { activationId, data: '?', signature: device };
  expect(await call(server, 'signature/ecdsa/verify', wrong)).toEqual(refused('ERR0011'));
  const { activationId: created } = server.createActivation();
  expect(await call(server, 'signature/ecdsa/verify', { ...wrong, data, activationId: created })).toEqual(
    refused('ERR0010'),
  );
  expect(await call(server, 'signature/ecdsa/sign', { activationId: created, data })).toEqual(
    refused('ERR0008'),
  );
});

describe('token/validate', () => {
  async function token() {
    const it = await client();
    await it.powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    const header = async () => {
      const { value } = await it.powerAuth.tokenStore.generateHeaderForToken('T');
      const { token_id: tokenId, token_digest: tokenDigest, nonce, timestamp, version } = members(value);
      return { tokenId, tokenDigest, nonce, timestamp: Number(timestamp), protocolVersion: version };
    };
    return { ...it, header };
  }

  test('a good header, once', async () => {
    const { server, activationId, header } = await token();
    const digest = await header();
    expect(await result(server, 'token/validate', digest)).toEqual({
      tokenValid: true,
      activationId,
      activationStatus: 'ACTIVE',
      blockedReason: null,
      userId: 'alice',
      applicationId,
      signatureType: 'POSSESSION_KNOWLEDGE',
      applicationRoles: [],
      activationFlags: [],
    });
    expect(await call(server, 'token/validate', digest)).toEqual(refused('ERR0024'));
  });

  test('without a version it is of protocol 3.3, and another version is another header', async () => {
    const { server, header } = await token();
    const { protocolVersion: _, ...old } = await header();
    expect(await result(server, 'token/validate', old)).toMatchObject({ tokenValid: true });
    for (const protocolVersion of ['3.1', '3.2']) {
      const other = { ...(await header()), protocolVersion };
      expect(await result(server, 'token/validate', other)).toMatchObject({ tokenValid: false });
    }
  });

  test('a wrong digest, a blocked activation, an unknown token', async () => {
    const { server, activationId, header } = await token();
    const wrong = { ...(await header()), tokenDigest: Buffer.alloc(32).toString('base64') };
    expect(await result(server, 'token/validate', wrong)).toMatchObject({
      tokenValid: false,
      userId: 'alice',
    });
    server.blockActivation(activationId);
    expect(await result(server, 'token/validate', await header())).toMatchObject({
      tokenValid: false,
      activationStatus: 'BLOCKED',
      blockedReason: 'NOT_SPECIFIED',
    });
    expect(await result(server, 'token/validate', { ...(await header()), tokenId: UUID })).toMatchObject({
      tokenValid: false,
      activationId: null,
    });
  });

  test('a header that is too old or of the future', async () => {
    const { server, header } = await token();
    const digest = await header();
    server.clockOffset = 3 * 3600_000;
    expect(await call(server, 'token/validate', digest)).toEqual(refused('ERR0030'));
    server.clockOffset = -3600_000;
    expect(await call(server, 'token/validate', digest)).toEqual(refused('ERR0044'));
    expect(await call(server, 'token/validate', { ...digest, nonce: '?' })).toEqual(refused('ERR0011'));
    expect(await call(server, 'token/validate', { ...digest, tokenId: undefined })).toEqual(
      refused('ERR0024'),
    );
  });

  test('a removed token', async () => {
    const { server, activationId, header } = await token();
    const digest = await header();
    const remove = (fields: object) =>
      result(server, 'token/remove', { tokenId: digest.tokenId, activationId, ...fields });
    expect(await remove({ activationId: UUID })).toEqual({ removed: false });
    expect(await remove({})).toEqual({ removed: true });
    expect(await remove({})).toEqual({ removed: false });
    expect(await result(server, 'token/validate', digest)).toMatchObject({ tokenValid: false });
    expect(server.tokens).toEqual([]);
    expect(await call(server, 'token/remove', { activationId })).toEqual(refused('ERR0024'));
  });
});
