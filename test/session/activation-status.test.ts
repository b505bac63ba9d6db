import { describe, expect, test } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode, type PowerAuth } from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import {
  activate,
  activated,
  PASSWORD,
  requestsTo,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { testBiometry } from '../helpers/biometry.ts';
import { error } from '../helpers/error.ts';
import { keysOf, rejection } from '../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const SIGNED = '/api/possession/signature';

describe('counters that have drifted apart', () => {
  const sign = async (powerAuth: PowerAuth, times: number) => {
    for (let i = 0; i < times; i++) await powerAuth.requestSignature(POSSESSION, 'POST', '/x');
  };
  const VALIDATE = '/pa/v3/signature/validate';

  test.each([
    [1, 0, 'ACTIVE'],
    [10, 0, 'ACTIVE'],
    [11, 1, 'ACTIVE'],
    [19, 1, 'ACTIVE'],
    // The server takes 19 skipped values: one more signature is out of its reach, which it is asked to confirm.
    [20, 1, 'DEADLOCK'],
    [21, 0, 'DEADLOCK'],
    [100, 0, 'DEADLOCK'],
  ])('the local one %i ahead: %i signatures catch up, %s', async (ahead, signatures, state) => {
    const { server, powerAuth } = await activated();
    await sign(powerAuth, ahead);
    const status = await powerAuth.fetchActivationStatus();
    expect(status.state).toBe(state);
    expect(status).not.toHaveProperty('localCounterBehind');
    expect(requestsTo(server, VALIDATE)).toBe(signatures);
    const later = await powerAuth.fetchActivationStatus();
    expect(later).toMatchObject({ state, remainingAttempts: state === 'ACTIVE' ? 5 : 0 });
    if (state === 'ACTIVE') await powerAuth.validatePassword(PASSWORD);
    else {
      await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject(
        error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
      );
    }
  });

  test('a signature by which the server is to catch up, and which it refuses for another reason, is told', async () => {
    const { server, powerAuth } = await activated();
    await sign(powerAuth, 15);
    server.faults.add({ path: VALIDATE, count: 1, status: 401, body: '' });
    await expect(powerAuth.fetchActivationStatus()).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
      errorData: { httpStatusCode: 401, responseBody: '' },
    });
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
  });

  test.each([
    [1, 'ACTIVE'],
    [20, 'ACTIVE'],
    [21, 'DEADLOCK'],
    // CTR_BYTE alone would take this for 6 values behind.
    [262, 'DEADLOCK'],
  ])('the server’s %i ahead, after a restored backup: %s', async (behind, state) => {
    const storage = memoryStorage();
    const instanceId = 'restored';
    const { server, powerAuth } = await activated({ storage, instanceId });
    await powerAuth.deconfigure();
    const [key = ''] = await keysOf(storage);
    const backup = (await storage.get(key)) ?? new Uint8Array();
    const before = await testClient(server, { storage, instanceId });
    for (let i = 0; i < behind; i++) {
      const header = await before.requestSignature(POSSESSION, 'POST', SIGNED);
      expect(await statusOf(server, header, SIGNED)).toBe(200);
    }
    await before.deconfigure();
    await storage.set(key, backup);
    const after = await testClient(server, { storage, instanceId });
    const status = await after.fetchActivationStatus();
    expect(status.state).toBe(state);
    // The record that was put back is detected, once.
    expect(status.localCounterBehind).toBe(state === 'ACTIVE' ? behind : undefined);
    expect(requestsTo(server, VALIDATE)).toBe(0);
    expect(await after.fetchActivationStatus()).not.toHaveProperty('localCounterBehind');
    if (state === 'ACTIVE') await after.validatePassword(PASSWORD);
  });

  test('show one sealed record that was put back: it undoes a change of the password, and is told', async () => {
    const storage = memoryStorage();
    const platform = testBiometry();
    const { server, powerAuth } = await activated({ storage, biometry: platform.biometry });
    await powerAuth.addBiometryFactor(PASSWORD);
    const [key = ''] = await keysOf(storage);
    const former = (await storage.get(key)) ?? new Uint8Array();
    await powerAuth.changePassword(PASSWORD, 'battery staple');
    await powerAuth.removeBiometryFactor();
    expect(await powerAuth.fetchActivationStatus()).not.toHaveProperty('localCounterBehind');
    // Opaque bytes, by somebody without the sealing key.
    await storage.set(key, former);
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE', localCounterBehind: 1 });
    // What SECURITY.md says that it can't prevent.
    await powerAuth.validatePassword(PASSWORD);
    expect(await powerAuth.hasBiometryFactor()).toBe(true);
    expect(server.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('while other requests are signed stay together', async () => {
    const { server, powerAuth } = await activated();
    const work = Promise.all(Array.from({ length: 12 }, () => powerAuth.validatePassword(PASSWORD)));
    const statuses = await Promise.all(Array.from({ length: 12 }, () => powerAuth.fetchActivationStatus()));
    await work;
    expect(new Set(statuses.map(({ state }) => state))).toEqual(new Set(['ACTIVE']));
    expect(statuses.filter((status) => 'localCounterBehind' in status)).toEqual([]);
    expect(server.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

test('counters that agree need one look at the storage, and those that do not a second one', async () => {
  const storage = memoryStorage();
  let reads = 0;
  const get = (key: string) => {
    reads++;
    return storage.get(key);
  };
  const { powerAuth } = await activated({ storage: { ...storage, get } });
  const readsOf = async (): Promise<number> => {
    reads = 0;
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
    return reads;
  };
  await powerAuth.validatePassword(PASSWORD);
  expect(await readsOf()).toBe(1);
  await powerAuth.requestSignature(POSSESSION, 'POST', '/x');
  expect(await readsOf()).toBe(2);
});

test('more failures than are allowed leave no attempt, and not fewer than none', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  // A status has one byte for it: 1.
  await activate(server, powerAuth, { maxFailCount: 257 });
  for (let i = 0; i < 2; i++) await rejection(powerAuth.validatePassword('a wrong one'));
  expect(await powerAuth.fetchActivationStatus()).toEqual({
    state: 'ACTIVE',
    failCount: 2,
    maxFailCount: 1,
    remainingAttempts: 0,
  });
});
