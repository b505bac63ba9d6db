import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { buildActivation } from '../../src/model/power-auth-activation.ts';
import {
  activate,
  expectNothingLeft,
  PASSWORD,
  requestsTo,
  testClient,
  testServer,
  testSession,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const COMMIT = PowerAuthAuthentication.commitWithPassword(PASSWORD);

describe('a step that fails or is cancelled leaves no half activation', () => {
  const CREATE = '/pa/v3/activation/create';

  test.each([
    ['temporary keys', '/pa/v3/keystore/create'],
    ['the exchange', CREATE],
  ])('on the way to %s', async (_, path) => {
    const server = await testServer();
    const storage = memoryStorage();
    const powerAuth = await testClient(server, { storage });
    for (const fault of [
      { dropRequest: true },
      { dropReply: true },
      { status: 500 },
      { status: 401 },
      { body: '<html></html>' },
      {
        body: '{"encryptedData":"AAAA","mac":"AAAA","nonce":"AAAA","timestamp":1,"responseObject":{"jwt":"a.b.c"}}',
      },
    ]) {
      server.faults.add({ path, count: 1, ...fault });
      const { activationCode } = server.createActivation();
      const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
      const failed = await powerAuth.createActivation(activation).catch((e: unknown) => e);
      expect(failed, JSON.stringify(fault)).toMatchObject({ name: 'PowerAuthError' });
      await expectNothingLeft(powerAuth, storage);
    }
    await activate(server, powerAuth);
  });

  test.each<readonly [string, (powerAuth: PowerAuth) => Promise<unknown>]>([
    ['removal', (powerAuth) => powerAuth.removeActivationLocal()],
    ['deconfigure', (powerAuth) => powerAuth.deconfigure()],
  ])('by %s during the exchange', async (_, cancel) => {
    const server = await testServer();
    const storage = memoryStorage();
    const instanceId = 'cancelled';
    const powerAuth = await testClient(server, { storage, instanceId });
    server.faults.add({ path: CREATE, count: 1, delay: 300 });
    const { activationCode } = server.createActivation();
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    const outcome = expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED),
    );
    await expect.poll(() => requestsTo(server, CREATE)).toBe(1);
    await cancel(powerAuth);
    await outcome;
    const again = (await powerAuth.isConfigured())
      ? powerAuth
      : await testClient(server, { storage, instanceId });
    await expectNothingLeft(again, storage);
    await activate(server, again);
  });

  test('by removal during the commit', async () => {
    const server = await testServer();
    const memory = memoryStorage();
    let begin = (): void => undefined;
    let release = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const storage = storageLike(memory, {
      update: async (key, change) => {
        begin();
        await released;
        return memory.update(key, change);
      },
    });
    const powerAuth = await testClient(server, { storage });
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const commit = powerAuth.commitActivation(COMMIT);
    const removal = powerAuth.removeActivationLocal();
    await begun;
    release();
    await Promise.all([commit, removal]);
    await expectNothingLeft(powerAuth, memory);
  });

  test('in the storage: the commit can be repeated', async () => {
    const server = await testServer();
    const memory = memoryStorage();
    let full = true;
    const storage = storageLike(memory, {
      update: (key, change) =>
        full ? Promise.reject(new Error('the disk is full')) : memory.update(key, change),
    });
    const powerAuth = await testClient(server, { storage });
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject({ name: 'PowerAuthError' });
    expect(await powerAuth.hasValidActivation()).toBe(false);
    expect(await powerAuth.hasPendingActivation()).toBe(true);
    full = false;
    await expect(
      powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('abc')),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER));
    await powerAuth.commitActivation(COMMIT);
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('because another process was faster: its activation stays', async () => {
    const server = await testServer();
    const shared = { storage: memoryStorage(), instanceId: 'shared' };
    const [slow, fast] = [await testSession(server, shared), await testSession(server, shared)];
    const [first, second] = [server.createActivation(), server.createActivation()];
    const activation = (code: string) =>
      buildActivation(PowerAuthActivation.createWithActivationCode(code, 'test'));
    await slow.pending.create(activation(first.activationCode));
    await fast.pending.create(activation(second.activationCode));
    await fast.pending.commit(PASSWORD);
    await expect(slow.pending.commit(PASSWORD)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE),
    );
    expect(slow.pending.exists).toBe(false);
    for (const session of [slow, fast]) {
      expect(await session.activation.activationId()).toBe(second.activationId);
    }
  });
});

describe('calls after one that nobody awaits see what it did, as they do in the React Native SDK', () => {
  test('a commit', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const committed = powerAuth.commitActivation(COMMIT);
    const valid = powerAuth.hasValidActivation();
    const pending = powerAuth.hasPendingActivation();
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE),
    );
    expect(await valid).toBe(true);
    expect(await pending).toBe(false);
    await committed;
    server.commitActivation(activationId);
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE' });
  });

  test('a commit, by a call that needs the activation', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const committed = powerAuth.commitActivation(COMMIT);
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'PENDING_COMMIT' });
    await committed;
  });

  test('a removal: another activation can begin at once', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    await activate(server, powerAuth);
    const removed = powerAuth.removeActivationLocal();
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await removed;
    await powerAuth.commitActivation(COMMIT);
    expect(await powerAuth.getActivationIdentifier()).toBe(activationId);
  });

  test('a removal of what waits for its commit', async () => {
    const server = await testServer();
    const storage = memoryStorage();
    const powerAuth = await testClient(server, { storage });
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const removed = powerAuth.removeActivationLocal();
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE),
    );
    await removed;
    await expectNothingLeft(powerAuth, storage);
  });
});
