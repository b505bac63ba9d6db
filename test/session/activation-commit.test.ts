/** Commits of an activation on a storage that fails, before or after it has written, and of which others remove it. */

import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { removeLocalActivation } from '../../src/session/activation-removal.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import {
  expectNothingLeft,
  PASSWORD,
  SEALING_KEY,
  testClient,
  testServer,
  testSession,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { keysOf, rejection, storageLike } from '../helpers/storage.ts';

const COMMIT = PowerAuthAuthentication.commitWithPassword(PASSWORD);

/** A storage whose updates and reads can be made to fail. */
function failing(memory: PowerAuthStorage) {
  const faults = { updates: 0, isDown: false, at: 0, written: false, downAfterwards: false };
  const lost = () => new Error('the connection was lost');
  const storage = storageLike(memory, {
    get: async (key) => {
      if (faults.isDown) throw lost();
      return memory.get(key);
    },
    update: async (key, change) => {
      if (faults.isDown) throw lost();
      if (++faults.updates !== faults.at) return memory.update(key, change);
      if (faults.written) await memory.update(key, change);
      faults.isDown = faults.downAfterwards;
      throw lost();
    },
  });
  return { storage, faults };
}

/** A client whose activation waits for its commit, and another process of the same store. */
async function pending(instanceId: string): Promise<{
  server: PowerAuthTestServer;
  powerAuth: PowerAuth;
  memory: PowerAuthStorage;
  faults: ReturnType<typeof failing>['faults'];
  activationId: string;
  removeElsewhere: () => Promise<void>;
}> {
  const server = await testServer();
  const space = new MemorySpace();
  const memory = memoryStorage(space);
  const { storage, faults } = failing(memory);
  const powerAuth = await testClient(server, { storage, instanceId });
  const other = await testSession(server, { storage: memoryStorage(space), instanceId });
  const { activationId, activationCode } = server.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  return {
    server,
    powerAuth,
    memory,
    faults,
    activationId,
    removeElsewhere: () => removeLocalActivation(other),
  };
}

/** The two updates of a commit: it takes its place, and writes itself there. */
const STEPS = [1, 2];

describe.each(STEPS)('a failure of update %i of a commit', (at) => {
  test('that has not written leaves nothing, and the commit can be repeated', async () => {
    const { server, powerAuth, memory, faults, activationId } = await pending(`not written ${at}`);
    Object.assign(faults, { at });
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject({ name: 'PowerAuthError' });
    expect(await keysOf(memory)).toEqual([]);
    expect(await powerAuth.hasValidActivation()).toBe(false);
    expect(await powerAuth.hasPendingActivation()).toBe(true);
    await powerAuth.commitActivation(COMMIT);
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('that has written is none, once the storage shows it', async () => {
    const { server, powerAuth, faults, activationId } = await pending(`written ${at}`);
    Object.assign(faults, { at, written: true });
    await powerAuth.commitActivation(COMMIT);
    expect(await powerAuth.hasPendingActivation()).toBe(false);
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test.each([false, true])(
    'after which nothing can be read leaves it in doubt; written: %s',
    async (written) => {
      const { server, powerAuth, faults, activationId } = await pending(`in doubt ${at} ${written}`);
      Object.assign(faults, { at, written, downAfterwards: true });
      await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject({ name: 'PowerAuthError' });
      faults.isDown = false;
      expect(await powerAuth.hasValidActivation()).toBe(at === 2 && written);
      expect(await powerAuth.hasPendingActivation()).toBe(true);
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('another one'));
      server.commitActivation(activationId);
      await powerAuth.validatePassword('another one');
      await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject(
        error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
      );
    },
  );
});

describe('an activation that was removed elsewhere', () => {
  test('after its commit has failed only seemingly never comes back, and its counter goes on till then', async () => {
    const { server, powerAuth, memory, faults, activationId, removeElsewhere } = await pending('seemingly');
    Object.assign(faults, { at: 2, written: true, downAfterwards: true });
    await rejection(powerAuth.commitActivation(COMMIT));
    faults.isDown = false;
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
    await powerAuth.commitActivation(COMMIT).catch(() => undefined);
    await powerAuth.validatePassword(PASSWORD);
    expect(server.activation(activationId)).toMatchObject({ failCount: 0 });

    await removeElsewhere();
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject({ name: 'PowerAuthError' });
    await expectNothingLeft(powerAuth, memory);
  });

  test.each([false, true])('while its commit is in doubt never comes back; written: %s', async (written) => {
    const { powerAuth, memory, faults, removeElsewhere } = await pending(`removed in doubt ${written}`);
    Object.assign(faults, { at: 2, written, downAfterwards: true });
    await rejection(powerAuth.commitActivation(COMMIT));
    faults.isDown = false;
    await removeElsewhere();
    await expect(powerAuth.commitActivation(COMMIT)).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED, /removed/),
    );
    await expectNothingLeft(powerAuth, memory);
  });

  test('between the two steps of its commit is not brought back by the second one', async () => {
    const { server, powerAuth, memory, faults, removeElsewhere } = await pending('between');
    const update = faults.updates;
    const removing = storageLike(memory, {
      update: async (key, change) => {
        const updated = await memory.update(key, change);
        if (++faults.updates === update + 1) await removeElsewhere();
        return updated;
      },
    });
    await powerAuth.deconfigure();
    const again = await testClient(server, { storage: removing, instanceId: 'between' });
    const { activationCode } = server.createActivation();
    await again.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await expect(again.commitActivation(COMMIT)).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED, /removed/),
    );
    await expectNothingLeft(again, memory);
  });
});

test('what a crash leaves between the two steps is no activation, and in nobody’s way', async () => {
  const { server, powerAuth, memory, faults } = await pending('crashed');
  Object.assign(faults, { at: 2, downAfterwards: true });
  await rejection(powerAuth.commitActivation(COMMIT));
  await powerAuth.deconfigure();
  expect(await keysOf(memory)).toHaveLength(1);

  const again = await testClient(server, { storage: memory, instanceId: 'crashed', sealingKey: SEALING_KEY });
  expect(await again.canStartActivation()).toBe(true);
  expect(await again.hasValidActivation()).toBe(false);
  await expect(again.fetchActivationStatus()).rejects.toMatchObject(
    error(PowerAuthErrorCode.MISSING_ACTIVATION),
  );
  const { activationId, activationCode } = server.createActivation();
  await again.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  await again.commitActivation(COMMIT);
  server.commitActivation(activationId);
  await again.validatePassword(PASSWORD);
});
