/** A client of protocol 3.3 on servers like 1.9 and like 2.2, and what the differences are. */

import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthActivationState,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
} from '../../src/index.ts';
import { activate, PASSWORD, statusOf, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const MINUTE = 60_000;

async function client(options: Parameters<typeof testServer>[0]) {
  const server = await testServer(options);
  const powerAuth = await testClient(server);
  const activationId = await activate(server, powerAuth);
  return { server, powerAuth, activationId };
}

describe.each(['1.9', '2.2'] as const)('like %s', (like) => {
  test('everything of protocol 3.3 works', async () => {
    const { server, powerAuth, activationId } = await client({ like });
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE', remainingAttempts: 5 });
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    const header = await powerAuth.tokenStore.generateHeaderForToken('T');
    expect(await statusOf(server, header, '/api/protected/token')).toBe(200);
    const path = '/api/protected/signature';
    const signature = await powerAuth.requestSignature(KNOWLEDGE, 'POST', path);
    expect(await statusOf(server, signature, path)).toBe(200);
    expect(await powerAuth.fetchUserInfo()).toMatchObject({ sub: 'test-user' });
    expect(await powerAuth.renameActivation(KNOWLEDGE, 'Renamed')).toMatchObject({ activationId });
    expect(await powerAuth.fetchActivationDetail('T')).toMatchObject({ activationName: 'Renamed' });
    await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
    await powerAuth.changePassword(PASSWORD, 'battery staple');
    await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password('battery staple'));
    expect(server.activation(activationId)?.state).toBe('REMOVED');
  });

  test.each([
    [-4 * MINUTE, true, true],
    [-6 * MINUTE, true, false],
    [2 * MINUTE, false, true],
    [6 * MINUTE, false, false],
  ])('a header made %i ms away from the server’s time', async (offset, by19, by22) => {
    const { server, powerAuth } = await client({ like });
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    const header = await powerAuth.tokenStore.generateHeaderForToken('T');
    server.clockOffset = -offset;
    const accepted = like === '1.9' ? by19 : by22;
    expect(await statusOf(server, header, '/api/protected/token')).toBe(accepted ? 200 : 401);
  });

  test('a refused signature says so in that server’s words', async () => {
    const { powerAuth } = await client({ like });
    await expect(powerAuth.validatePassword('wrong password')).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
      errorData: {
        serverResponseCode: 'ERR_AUTHENTICATION',
        serverResponseMessage: like === '1.9' ? 'POWER_AUTH_SIGNATURE_INVALID' : 'POWER_AUTH_CODE_INVALID',
      },
    });
  });

  test('possession alone removes an activation only where the setting allows it', async () => {
    const { server, powerAuth, activationId } = await client({ like });
    const possession = PowerAuthAuthentication.possession();
    await expect(powerAuth.removeActivationWithAuthentication(possession)).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    expect(server.activation(activationId)?.state).toBe('ACTIVE');
    const other = await client({ like, removesByPossession: true });
    await other.powerAuth.removeActivationWithAuthentication(possession);
    expect(other.server.activation(other.activationId)?.state).toBe('REMOVED');
  });

  test('a block that ends by itself says when, and ends', async () => {
    const { server, powerAuth, activationId } = await client({ like });
    const expiresAt = Date.now() + 10 * MINUTE;
    server.blockActivation(activationId, { expiresAt });
    const { BLOCKED, ACTIVE } = PowerAuthActivationState;
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({
      state: BLOCKED,
      timestampBlockExpire: expiresAt,
    });
    server.clockOffset = 10 * MINUTE;
    const status = await powerAuth.fetchActivationStatus();
    expect(status.state).toBe(ACTIVE);
    expect(status).not.toHaveProperty('timestampBlockExpire');
    server.blockActivation(activationId);
    expect(await powerAuth.fetchActivationStatus()).not.toHaveProperty('timestampBlockExpire');
  });
});

describe('without recovery, like 2.2', () => {
  test('an activation comes without a code, and each call says why there is none', async () => {
    const server = await testServer({ like: '2.2', activationRecovery: true });
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation();
    const created = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    expect(await powerAuth.createActivation(created)).not.toHaveProperty('activationRecovery');
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    server.commitActivation(activationId);
    expect(await powerAuth.hasActivationRecoveryData()).toBe(false);
    await expect(powerAuth.activationRecoveryData(KNOWLEDGE)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE, /servers from 2\.0 on no longer issue/),
    );
    const code = 'VVVVV-VVVVV-VVVVV-VTFVA';
    await expect(powerAuth.confirmRecoveryCode(code, KNOWLEDGE)).rejects.toMatchObject({
      ...error(
        PowerAuthErrorCode.RESPONSE_ERROR,
        /no recovery codes \(HTTP 404\): PowerAuth servers from 2\.0 on/,
      ),
      errorData: { httpStatusCode: 404 },
    });
    const lost = PowerAuthActivation.createWithRecoveryCode(code, '0123456789', 'test');
    const other = await testClient(server);
    await expect(other.createActivation(lost)).rejects.toMatchObject(
      error(PowerAuthErrorCode.RESPONSE_ERROR),
    );
    expect(() => server.createRecoveryCode()).toThrow('like 2.2');
  });
});

describe('a protocol that is not supported', () => {
  test('is refused in words by every call', async () => {
    const server = await testServer({ like: '2.2', minSupportedProtocolVersion: 4 });
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    await expect(
      powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test')),
    ).rejects.toMatchObject({
      ...error(
        PowerAuthErrorCode.RESPONSE_ERROR,
        /^The server no longer accepts protocol 3\.3 \(HTTP 400, ERR0047\)/,
      ),
      errorData: { serverResponseCode: 'ERR0047' },
    });
  });

  test.each([400, 401, 500])('an algorithm is, too, with HTTP %i', async (status) => {
    const { server, powerAuth } = await client({ like: '2.2' });
    const responseObject = { code: 'ERR0046', message: 'Cryptography algorithm is not supported.' };
    server.faults.add({ status, body: JSON.stringify({ status: 'ERROR', responseObject }) });
    await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject(
      error(
        status === 401 ? PowerAuthErrorCode.AUTHENTICATION_ERROR : PowerAuthErrorCode.RESPONSE_ERROR,
        /^The server no longer accepts the algorithm of protocol 3\.3, P-256 \(HTTP \d+, ERR0046\)/,
      ),
    );
  });
});
