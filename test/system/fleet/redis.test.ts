import { expect, test } from 'vitest';
import { PowerAuth, PowerAuthAuthentication } from '../../../src/index.ts';
import { SEALING_KEY, testClient, testServer } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedisStorage, testRedisStore } from '../../helpers/redis.ts';
import { rejection } from '../../helpers/storage.ts';
import { createFleet } from './fleet.ts';
import { testRequests } from './requests.ts';
import { testFleet } from './suite.ts';

const possession = PowerAuthAuthentication.possession();

describeWith('redis', 'on a Redis server', () => {
  testFleet(testRedisStore);
  if (DEEP) testRequests(testRedisStore);

  test('configure wants a sealing key of the caller', async () => {
    const { configuration } = await testServer();
    const storage = testRedisStorage({ url: 'redis://127.0.0.1:1' });
    const powerAuth = new PowerAuth('without a key');
    await expect(
      powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, { storage }),
    ).rejects.toMatchObject(
      error('WRONG_PARAMETER', /^keychainConfiguration\.sealingKey: the redis storage needs one/),
    );
    expect(await powerAuth.isConfigured()).toBe(false);
  });

  test('another sealing key is told, and changes nothing', async () => {
    const store = await testRedisStore();
    const { server, powerAuth } = await createFleet(store);
    const { instanceId } = powerAuth;
    await powerAuth.deconfigure();
    const wrong = await testClient(server, { instanceId, storage: store.open(), sealingKey: SEALING_KEY });
    const outcome = await rejection(wrong.tokenStore.requestAccessToken('token', possession));
    expect(outcome).toMatchObject(error('INVALID_ACTIVATION_DATA', /sealed with another key.*left in place/));
  });
});
