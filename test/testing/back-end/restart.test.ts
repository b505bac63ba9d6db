/** What a back-end has changed is there when the server starts again with its state file. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { call, refused, result } from './call.ts';

test('applications, activations, tokens, recovery', async () => {
  const state = join(await temporaryFolder(), 'state');
  const server = await testServer({ state });
  const powerAuth = await testClient(server);
  const [used, blocked, named] = [
    await activate(server, powerAuth, { userId: 'alice' }),
    await activate(server, await testClient(server)),
    await activate(server, await testClient(server)),
  ];
  await powerAuth.tokenStore.requestAccessToken('T', PowerAuthAuthentication.password(PASSWORD));
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('T');
  const field = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(value)?.[1];
  const digest = {
    tokenId: field('token_id'),
    tokenDigest: field('token_digest'),
    nonce: field('nonce'),
    timestamp: field('timestamp'),
  };
  expect(await result(server, 'token/validate', digest)).toMatchObject({ tokenValid: true });

  await result(server, 'application/create', { applicationId: 'Bank' });
  const version = { applicationId: 'Bank', applicationVersionId: '2' };
  await result(server, 'application/version/create', version);
  await result(server, 'application/version/unsupport', version);
  const inBank = await result(server, 'activation/init', {
    userId: 'bob',
    applicationId: 'Bank',
    maxFailureCount: 3,
  });
  await result(server, 'activation/block', { activationId: blocked, reason: 'STOLEN' });
  await result(server, 'activation/name/update', { activationId: named, activationName: 'Tablet' });
  await result(server, 'recovery/revoke', { recoveryCodeIds: [1] });
  await result(server, 'recovery/config/update', {
    applicationId: 'Bank',
    activationRecoveryEnabled: false,
  });

  const all = async (it: typeof server) => ({
    applications: await result(it, 'application/list'),
    bank: await result(it, 'application/detail', { applicationId: 'Bank' }),
    activations: (await result(it, 'activation/lookup', { userIds: ['alice', 'bob', 'test-user'] }))[
      'activations'
    ],
    codes: await result(it, 'recovery/lookup', { userId: 'alice' }),
    recovery: await result(it, 'recovery/config/detail', { applicationId: 'Bank' }),
  });
  const before = await all(server);
  expect(before.bank['versions']).toMatchObject([{ supported: true }, { supported: false }]);
  expect(before.activations).toMatchObject([
    { activationId: used },
    { activationId: blocked, activationStatus: 'BLOCKED', blockedReason: 'STOLEN' },
    { activationId: named, activationName: 'Tablet' },
    { activationId: inBank['activationId'], applicationId: 'Bank', maxFailedAttempts: 3 },
  ]);
  await server.close();

  const again = await testServer({ state });
  expect(await all(again)).toEqual(before);
  expect(await call(again, 'token/validate', digest)).toEqual(refused('ERR0024'));
});
