/** Instances that are configured by one string do all that others do. */

import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuth,
  PowerAuthAlgorithm,
  PowerAuthAuthentication,
  PowerAuthConfiguration,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activate, PASSWORD, SEALING_KEY, statusOf, testServer } from '../helpers/client.ts';
import { QUICK_PASSWORDS } from '../helpers/passwords.ts';

const NONCE = Buffer.alloc(16, 7).toString('base64');
const OFFLINE = '/operation/authorize/offline';

test('an activation, a signature and an offline signature of fewer digits', async () => {
  const server = await testServer();
  const powerAuth = new PowerAuth('one-string');
  const { LEGACY } = PowerAuthAlgorithm;
  await powerAuth.configure(
    new PowerAuthConfiguration(server.mobileSdkConfig, server.baseUrl, LEGACY, 5),
    { enableUnsecureTraffic: true },
    undefined,
    { ...QUICK_PASSWORDS, storage: memoryStorage(), sealingKey: SEALING_KEY },
  );
  onTestFinished(async () => {
    await powerAuth.deconfigure();
  });
  expect(powerAuth.configuration).toMatchObject(server.configuration);
  await activate(server, powerAuth);
  const signature = await powerAuth.requestSignature(
    PowerAuthAuthentication.password(PASSWORD),
    'POST',
    '/api/protected/signature',
  );
  expect(await statusOf(server, signature, '/api/protected/signature')).toBe(200);
  const code = await powerAuth.offlineSignature(PowerAuthAuthentication.password(PASSWORD), OFFLINE, NONCE);
  expect(code).toMatch(/^\d{5}-\d{5}$/);
});

test('the basic form of configure takes it too', async () => {
  const server = await testServer();
  const powerAuth = new PowerAuth('one-string-basic');
  onTestFinished(async () => {
    await powerAuth.deconfigure();
  });
  await powerAuth.configure(server.mobileSdkConfig, server.baseUrl, true);
  expect(powerAuth.configuration).toMatchObject(server.configuration);
  expect(powerAuth.clientConfiguration?.enableUnsecureTraffic).toBe(true);
});
