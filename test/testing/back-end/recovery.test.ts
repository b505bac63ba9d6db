/** Activation recovery over the methods of a genuine server. */

import { expect, test } from 'vitest';
import { activate, testClient, testServer } from '../../helpers/client.ts';
import { call, refused, result } from './call.ts';

const applicationId = 'PowerAuthJsTestClient-Application';

test('the configuration, which switches recovery on and off', async () => {
  const server = await testServer({ activationRecovery: false });
  const detail = () => result(server, 'recovery/config/detail', { applicationId });
  const off = await detail();
  expect(off).toEqual({
    applicationId,
    activationRecoveryEnabled: false,
    recoveryPostcardEnabled: false,
    allowMultipleRecoveryCodes: true,
    postcardPublicKey: null,
    remotePostcardPublicKey: null,
  });
  const update = { ...off, activationRecoveryEnabled: true };
  expect(await result(server, 'recovery/config/update', update)).toEqual({ updated: true });
  expect(await detail()).toMatchObject({ activationRecoveryEnabled: true });
  const powerAuth = await testClient(server);
  await activate(server, powerAuth);
  expect(await powerAuth.hasActivationRecoveryData()).toBe(true);
  for (const wrong of [
    {},
    { applicationId: 'another' },
    { applicationId, remotePostcardPublicKey: 'AA==' },
  ]) {
    expect(await call(server, 'recovery/config/update', wrong)).toEqual(refused('ERR0024'));
  }
  expect(await call(server, 'recovery/config/detail', {})).toEqual(refused('ERR0024'));
});

test('codes are found, and revoked', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const { recoveryCode } = server.createRecoveryCode({ userId: 'alice', pukCount: 2 });
  const activationId = await activate(server, powerAuth, { userId: 'bob' });
  const found = async (fields: object) =>
    (await result(server, 'recovery/lookup', fields))['recoveryCodes'] as { recoveryCodeId: number }[];
  const [alice] = await found({ userId: 'alice' });
  expect(alice).toEqual({
    recoveryCodeId: 1,
    recoveryCodeMasked: `XXXXX-XXXXX-XXXXX-${recoveryCode.slice(-5)}`,
    userId: 'alice',
    applicationId,
    activationId: null,
    status: 'CREATED',
    puks: [1, 2].map((pukIndex) => ({ pukIndex, pukDerivationIndex: 0, status: 'VALID' })),
  });
  expect(await found({ activationId })).toMatchObject([{ userId: 'bob', activationId, status: 'ACTIVE' }]);
  expect(await found({ userId: 'alice', recoveryCodeStatus: 'ACTIVE' })).toEqual([]);
  expect(await found({ userId: 'alice', recoveryPukStatus: 'USED' })).toEqual([]);
  expect(await found({ userId: 'alice', activationId })).toEqual([]);

  expect(await result(server, 'recovery/revoke', { recoveryCodeIds: [1, 99] })).toEqual({ revoked: true });
  expect(await result(server, 'recovery/revoke', { recoveryCodeIds: [1] })).toEqual({ revoked: false });
  expect(server.recoveryCode(recoveryCode)?.state).toBe('REVOKED');
  for (const wrong of [{}, { recoveryCodeIds: [] }, { recoveryCodeIds: [-1] }]) {
    expect(await call(server, 'recovery/revoke', wrong)).toEqual(refused('ERR0024'));
  }
  for (const wrong of [{ applicationId }, { userId: 'alice', applicationId: 'another' }]) {
    expect(await call(server, 'recovery/lookup', wrong)).toEqual(refused('ERR0024'));
  }
});

test('a removal may revoke the code of the activation', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const activationId = await activate(server, powerAuth);
  const code = async () =>
    ((await result(server, 'recovery/lookup', { activationId }))['recoveryCodes'] as object[])[0];
  await result(server, 'activation/remove', { activationId });
  expect(await code()).toMatchObject({ status: 'ACTIVE' });
  await result(server, 'activation/remove', { activationId, revokeRecoveryCodes: true });
  expect(await code()).toMatchObject({ status: 'REVOKED' });
});
