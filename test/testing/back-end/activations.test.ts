/** A bank's activations over the methods of a genuine server. */

import { expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication, PowerAuthErrorCode } from '../../../src/index.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { error } from '../../helpers/error.ts';
import { call, refused, result } from './call.ts';

const applicationId = 'PowerAuthJsTestClient-Application';
const COMMIT = PowerAuthAuthentication.commitWithPassword(PASSWORD);

/** A bank, an activation that it initialized, and a client that uses its code. */
async function initialized(options: object = {}) {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const init = await result(server, 'activation/init', { userId: 'alice', applicationId, ...options });
  const activationId = String(init['activationId']);
  const use = async (otp?: string): Promise<void> => {
    const code = `${String(init['activationCode'])}#${String(init['activationSignature'])}`;
    const activation = PowerAuthActivation.createWithActivationCode(code, 'Phone');
    if (otp !== undefined) activation.additionalActivationOtp = otp;
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(COMMIT);
  };
  const status = () => result(server, 'activation/status', { activationId });
  return { server, powerAuth, init, activationId, use, status };
}

test('the life of an activation', async () => {
  const { server, powerAuth, init, activationId, use, status } = await initialized({ maxFailureCount: 3 });
  expect(init).toMatchObject({ userId: 'alice', applicationId });
  expect(await status()).toMatchObject({
    activationId,
    activationStatus: 'CREATED',
    activationCode: init['activationCode'],
    activationName: null,
    timestampLastChange: null,
    version: 0,
    maxFailedAttempts: 3,
  });
  await use();
  const pending = await status();
  expect(pending).toMatchObject({
    activationStatus: 'PENDING_COMMIT',
    activationOtpValidation: 'NONE',
    commitPhase: 'ON_COMMIT',
    activationName: 'Phone',
    activationCode: null,
    activationSignature: null,
    userId: 'alice',
    applicationId,
    platform: 'unknown',
    deviceInfo: 'powerauth-wasm',
    devicePublicKeyFingerprint: await powerAuth.getActivationFingerprint(),
    protocol: 'POWERAUTH',
    version: 3,
    activationFlags: [],
    applicationRoles: [],
  });
  expect(pending['timestampCreated']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  expect(await call(server, 'activation/block', { activationId })).toMatchObject(
    refused('ERR0008') as object,
  );
  expect(await result(server, 'activation/commit', { activationId })).toEqual({
    activationId,
    activated: true,
  });
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE' });
  expect(await call(server, 'activation/commit', { activationId })).toEqual(refused('ERR0008'));

  const blocked = { activationId, activationStatus: 'BLOCKED', blockedReason: 'STOLEN' };
  expect(await result(server, 'activation/block', { activationId, reason: 'STOLEN' })).toEqual(blocked);
  expect(await result(server, 'activation/block', { activationId, reason: 'OTHER' })).toEqual(blocked);
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'BLOCKED' });
  expect(await status()).toMatchObject({ blockedReason: 'STOLEN' });
  const active = { activationId, activationStatus: 'ACTIVE' };
  expect(await result(server, 'activation/unblock', { activationId })).toEqual(active);
  expect(await result(server, 'activation/unblock', { activationId })).toEqual(active);
  expect(await status()).toMatchObject({ blockedReason: null });

  const removed = { activationId, removed: true };
  expect(await result(server, 'activation/remove', { activationId })).toEqual(removed);
  expect(await result(server, 'activation/remove', { activationId })).toEqual(removed);
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'REMOVED' });
  expect(await call(server, 'activation/commit', { activationId })).toEqual(refused('ERR0007'));
  expect(await call(server, 'activation/block', { activationId })).toEqual(refused('ERR0008'));
  expect(await call(server, 'activation/unblock', { activationId })).toEqual(refused('ERR0008'));
});

test('the times of an activation are the server’s', async () => {
  const { server, powerAuth, activationId, use, status } = await initialized();
  const times = async () => {
    const { timestampCreated, timestampLastUsed, timestampLastChange } = await status();
    return [timestampCreated, timestampLastUsed, timestampLastChange];
  };
  const [created, used, changed] = await times();
  expect([used, changed]).toEqual([created, null]);
  await use();
  await result(server, 'activation/commit', { activationId });
  const [, stillUnused, committed] = await times();
  expect(stillUnused).toBe(created);
  expect(Date.parse(String(committed))).toBeGreaterThanOrEqual(Date.parse(String(created)));
  server.clockOffset = -3_600_000;
  await expect(powerAuth.validatePassword('wrong password')).rejects.toMatchObject({
    code: PowerAuthErrorCode.AUTHENTICATION_ERROR,
  });
  expect(Date.parse(String((await times())[1]))).toBeLessThan(Date.parse(String(created)));
  expect((await times())[2]).toBe(committed);
  server.blockActivation(activationId);
  expect(Date.parse(String((await times())[2]))).toBeLessThan(Date.parse(String(created)));
});

test('methods in the process and over HTTP see one state', async () => {
  const { server, activationId, use } = await initialized();
  await use();
  server.commitActivation(activationId);
  server.blockActivation(activationId);
  expect(await result(server, 'activation/status', { activationId })).toMatchObject({
    activationStatus: 'BLOCKED',
    blockedReason: 'NOT_SPECIFIED',
  });
  await result(server, 'activation/unblock', { activationId });
  expect(server.activation(activationId)?.state).toBe('ACTIVE');
});

test.each([
  ['commitPhase', { commitPhase: 'ON_KEY_EXCHANGE' }],
  ['activationOtpValidation', { activationOtpValidation: 'ON_KEY_EXCHANGE' }],
])('a one-time password at the key exchange, by %s', async (_, options) => {
  const { use, status } = await initialized({ activationOtp: '123456', ...options });
  await expect(use()).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
  await expect(use('654321')).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
  expect(await status()).toMatchObject({ activationStatus: 'CREATED', failedAttempts: 1 });
  await use('123456');
  expect(await status()).toMatchObject({ activationStatus: 'ACTIVE', failedAttempts: 0 });
});

test.each([
  ['by default', {}],
  ['by commitPhase', { commitPhase: 'ON_COMMIT' }],
  ['by activationOtpValidation', { activationOtpValidation: 'ON_COMMIT' }],
])('a one-time password at the commit, %s', async (_, options) => {
  const { server, activationId, use, status } = await initialized({ activationOtp: '123456', ...options });
  await expect(use('123456')).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
  await use();
  expect(await status()).toMatchObject({ activationStatus: 'PENDING_COMMIT', failedAttempts: 0 });
  const commit = (activationOtp?: string) =>
    call(server, 'activation/commit', { activationId, activationOtp });
  expect(await commit()).toEqual(refused('ERR0031'));
  expect(await status()).toMatchObject({ failedAttempts: 0 });
  expect(await commit('654321')).toEqual(refused('ERR0031'));
  expect(await status()).toMatchObject({ failedAttempts: 1 });
  expect(await commit('123456')).toMatchObject({ status: 200 });
  expect(await status()).toMatchObject({ activationStatus: 'ACTIVE', failedAttempts: 0 });
});

test('the last wrong one-time password removes the activation', async () => {
  const { server, activationId, use, status } = await initialized({ activationOtp: '1', maxFailureCount: 2 });
  await use();
  for (let i = 0; i < 2; i++) await call(server, 'activation/commit', { activationId, activationOtp: '2' });
  expect(await status()).toMatchObject({ activationStatus: 'REMOVED' });
});

test('a new one-time password', async () => {
  const { server, activationId, use, status } = await initialized();
  const update = { activationId, activationOtp: '777' };
  expect(await call(server, 'activation/otp/update', update)).toEqual(refused('ERR0008'));
  await use();
  expect(await call(server, 'activation/otp/update', { activationId, activationOtp: '' })).toEqual(
    refused('ERR0024'),
  );
  expect(await result(server, 'activation/otp/update', update)).toEqual({ activationId, updated: true });
  expect(await status()).toMatchObject({ activationOtpValidation: 'ON_COMMIT' });
  expect(await call(server, 'activation/commit', { activationId })).toEqual(refused('ERR0031'));
  expect(await result(server, 'activation/commit', update)).toEqual({ activationId, activated: true });
});

test('a new name', async () => {
  const { server, powerAuth, activationId, use, status } = await initialized();
  const update = { activationId, activationName: 'Tablet' };
  expect(await call(server, 'activation/name/update', update)).toEqual(refused('ERR0008'));
  await use();
  await result(server, 'activation/commit', { activationId });
  expect(await result(server, 'activation/name/update', update)).toEqual({
    ...update,
    activationStatus: 'ACTIVE',
  });
  expect(await status()).toMatchObject({ activationName: 'Tablet' });
  await powerAuth.renameActivation(PowerAuthAuthentication.password(PASSWORD), 'Phone');
  expect(await status()).toMatchObject({ activationName: 'Phone' });
  for (const activationName of [undefined, ' ', 'x'.repeat(256)]) {
    expect(await call(server, 'activation/name/update', { activationId, activationName })).toEqual(
      refused('ERR0024'),
    );
  }
});

test('a code expires at the given time', async () => {
  const server = await testServer();
  const timestampActivationExpire = new Date(Date.now() + 1000).toISOString();
  const init = { userId: 'alice', applicationId, timestampActivationExpire };
  const { activationId } = await result(server, 'activation/init', init);
  server.clockOffset = 2000;
  expect(await result(server, 'activation/status', { activationId })).toMatchObject({
    activationStatus: 'REMOVED',
  });
});

test('the status of an unknown activation is that of a removed one', async () => {
  const server = await testServer();
  const activationId = 'e0a1b2c3-0000-4000-8000-000000000000';
  const challenge = Buffer.alloc(16).toString('base64');
  const unknown = await result(server, 'activation/status', { activationId, challenge });
  expect(unknown).toMatchObject({ activationId, activationStatus: 'REMOVED', userId: 'unknown', version: 0 });
  expect(Buffer.from(String(unknown['encryptedStatusBlob']), 'base64')).toHaveLength(32);
  expect(Buffer.from(String(unknown['encryptedStatusBlobNonce']), 'base64')).toHaveLength(16);
  for (const method of ['commit', 'block', 'unblock', 'remove']) {
    expect(await call(server, `activation/${method}`, { activationId })).toEqual(refused('ERR0009'));
  }
});

test('lists of activations', async () => {
  const server = await testServer();
  const ids: string[] = [];
  for (const userId of ['alice', 'alice', 'bob', 'alice'])
    ids.push(server.createActivation({ userId }).activationId);
  const [first = '', second = '', bob = '', last = ''] = ids;
  server.removeActivation(second);
  const listed = async (method: string, fields: object) => {
    const { activations } = await result(server, `activation/${method}`, fields);
    return (activations as { activationId: string }[]).map(({ activationId }) => activationId);
  };
  const userId = 'alice';
  expect(await listed('list', { userId })).toEqual([last, second, first]);
  expect(await listed('list', { userId, applicationId })).toEqual([last, second, first]);
  expect(await listed('list', { userId, applicationId: 'another' })).toEqual([]);
  expect(await listed('list', { userId, activationStatuses: ['CREATED'] })).toEqual([last, first]);
  expect(await listed('list', { userId, pageNumber: 1, pageSize: 2 })).toEqual([first]);
  expect(await listed('list', { userId: 'nobody' })).toEqual([]);
  for (const wrong of [{}, { userId, pageSize: 0 }, { userId, activationStatuses: ['GONE'] }]) {
    expect(await call(server, 'activation/list', wrong)).toEqual(refused('ERR0024'));
  }

  expect(await listed('lookup', { userIds: ['bob', 'alice'] })).toEqual(ids);
  expect(await listed('lookup', { userIds: ['bob'] })).toEqual([bob]);
  expect(await listed('lookup', { userIds: ['alice'], activationStatus: 'REMOVED' })).toEqual([second]);
  expect(await listed('lookup', { userIds: ['alice'], activationFlags: ['VIP'] })).toEqual([]);
  expect(await listed('lookup', { userIds: ['alice'], applicationIds: ['another'] })).toEqual([]);
  const now = Date.now() + 1;
  expect(await listed('lookup', { userIds: ['alice'], timestampLastUsedBefore: now })).toHaveLength(3);
  expect(await listed('lookup', { userIds: ['alice'], timestampLastUsedAfter: now })).toEqual([]);
  expect(await call(server, 'activation/lookup', {})).toEqual(refused('ERR0024'));
});

test('a used activation in a list', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const activationId = await activate(server, powerAuth, { userId: 'alice' });
  const { activations } = await result(server, 'activation/list', { userId: 'alice' });
  expect(activations).toEqual([
    expect.objectContaining({
      activationId,
      activationStatus: 'ACTIVE',
      devicePublicKeyBase64: expect.stringMatching(/^[A-Za-z0-9+/]{87}=$/) as unknown,
      failedAttempts: 0,
      maxFailedAttempts: 5,
    }),
  ]);
});

test.each<[string, object]>([
  ['ERR0024', { applicationId }],
  ['ERR0024', { applicationId, userId: '' }],
  ['ERR0024', { applicationId, userId: 'x'.repeat(256) }],
  ['ERR0002', { userId: 'alice' }],
  ['ERR0015', { userId: 'alice', applicationId: 'another' }],
  ['ERR0040', { userId: 'alice', applicationId, maxFailureCount: 0 }],
  ['ERR0024', { userId: 'alice', applicationId, activationOtpValidation: 'ON_COMMIT' }],
  [
    'ERR0024',
    {
      userId: 'alice',
      applicationId,
      activationOtp: '1',
      activationOtpValidation: 'ON_COMMIT',
      commitPhase: 'ON_COMMIT',
    },
  ],
  ['ERROR_HTTP_REQUEST', { userId: ['alice'], applicationId }],
  ['ERROR_HTTP_REQUEST', { userId: 'alice', applicationId, commitPhase: 'SOON' }],
  ['ERROR_HTTP_REQUEST', { userId: 'alice', applicationId, maxFailureCount: 1.5 }],
  ['ERROR_HTTP_REQUEST', { userId: 'alice', applicationId, timestampActivationExpire: 'tomorrow' }],
])('%s for the initialization %j', async (code, fields) => {
  const server = await testServer();
  expect(await call(server, 'activation/init', fields)).toEqual(refused(code));
});
