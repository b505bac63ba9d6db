import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../src/index.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import {
  activate,
  PASSWORD,
  requestsTo,
  SEALING_KEY,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { signedRequests } from '../helpers/signature-counter.ts';
import { keysOf, rejection, storageLike } from '../helpers/storage.ts';

const PATH = '/api/protected/signature';
const possession = PowerAuthAuthentication.possession();

/** An activation whose storage has gone back by some signatures, as after a failover. */
async function wentBack(isRemote: boolean, signatures: number) {
  const base = memoryStorage(new MemorySpace());
  const storage = storageLike(base, isRemote ? { needsSealingKey: true } : {});
  const server = await testServer();
  const powerAuth = await testClient(server, { storage, sealingKey: SEALING_KEY });
  await activate(server, powerAuth);
  const [key = ''] = await keysOf(base);
  const former = (await base.get(key)) ?? new Uint8Array();
  for (let i = 0; i < signatures; i++) await powerAuth.validatePassword(PASSWORD);
  await base.set(key, former);
  return { server, powerAuth };
}

test.each([
  ['signed', (powerAuth) => powerAuth.validatePassword(PASSWORD)],
  ['encrypted and signed', (powerAuth) => powerAuth.tokenStore.requestAccessToken('token', possession)],
] as [string, (powerAuth: Awaited<ReturnType<typeof testClient>>) => Promise<unknown>][])(
  'after a storage on servers went back, one %s request is refused, and the next one is accepted',
  async (_, call) => {
    const { server, powerAuth } = await wentBack(true, 7);
    expect((await rejection(call(powerAuth))).code).toBe('AUTHENTICATION_ERROR');
    await call(powerAuth);
    expect(requestsTo(server, '/pa/v3/activation/status')).toBe(1);
    // An app that asks is told, once. The refused signature has taken one step.
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE', localCounterBehind: 6 });
    expect(await powerAuth.fetchActivationStatus()).not.toHaveProperty('localCounterBehind');
    expect(signedRequests(server.requests).length).toBe(9);
  },
);

test('requests that wait for their turn are not refused as well', async () => {
  const { server, powerAuth } = await wentBack(true, 7);
  const calls = Array.from({ length: 5 }, () => powerAuth.validatePassword(PASSWORD));
  const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
  expect(outcomes.filter((status) => status === 'rejected')).toHaveLength(1);
  expect(requestsTo(server, '/pa/v3/activation/status')).toBe(1);
});

class HttpError extends Error {
  readonly response = { status: 401 };
}

test.each<[string, (status: number) => unknown]>([
  ['an answer', (status) => ({ status })],
  ['a status', (status) => status],
  [
    'an error with an answer',
    (status) => {
      if (status === 401) throw new HttpError();
      return status;
    },
  ],
])('neither are those of the application, which the server refuses with %s', async (_, told) => {
  const { server, powerAuth } = await wentBack(true, 7);
  const send = async (header: { key: string; value: string }) => told(await statusOf(server, header, PATH));
  const calls = Array.from({ length: 6 }, () =>
    powerAuth.withSignature(
      PowerAuthAuthentication.password(PASSWORD),
      { method: 'POST', uriId: PATH },
      send,
    ),
  );
  await Promise.allSettled(calls);
  const statuses = server.requests.filter(({ path }) => path === PATH).map(({ status }) => status);
  // Five would block the activation.
  expect(statuses).toEqual([401, 200, 200, 200, 200, 200]);
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({
    ...{ state: 'ACTIVE', failCount: 0, localCounterBehind: 6 },
  });
});

test('a counter that others advance while it is being moved forward is moved all the same', async () => {
  const base = memoryStorage(new MemorySpace());
  let meanwhile: (() => Promise<unknown>) | undefined;
  const storage = storageLike(base, {
    needsSealingKey: true,
    update: async (key, change) => {
      const others = meanwhile;
      meanwhile = undefined;
      await others?.();
      return base.update(key, change);
    },
  });
  const instanceId = 'moved';
  const server = await testServer();
  const powerAuth = await testClient(server, { storage, instanceId, sealingKey: SEALING_KEY });
  await activate(server, powerAuth);
  const [key = ''] = await keysOf(base);
  const former = (await base.get(key)) ?? new Uint8Array();
  for (let i = 0; i < 7; i++) await powerAuth.validatePassword(PASSWORD);
  await base.set(key, former);
  const sign = () => powerAuth.requestSignature(possession, 'POST', PATH);
  // Between the look at the counter and its move.
  meanwhile = () => Promise.all([sign(), sign()]);
  expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE', localCounterBehind: 7 });
  await powerAuth.validatePassword(PASSWORD);
  // One that is past it by then stays.
  await base.set(key, former);
  meanwhile = () => Promise.all(Array.from({ length: 12 }, sign));
  await powerAuth.fetchActivationStatus();
  expect(await powerAuth.fetchActivationStatus()).not.toHaveProperty('localCounterBehind');
  await powerAuth.validatePassword(PASSWORD);
});

test.each([
  // The refused signature takes one step.
  [21, 'ACTIVE'],
  [22, 'DEADLOCK'],
])('a storage that lost %i signatures: %s', async (lost, state) => {
  const { powerAuth } = await wentBack(true, lost);
  expect((await rejection(powerAuth.validatePassword(PASSWORD))).code).toBe('AUTHENTICATION_ERROR');
  expect((await powerAuth.fetchActivationStatus()).state).toBe(state);
  const next = await Promise.allSettled([powerAuth.validatePassword(PASSWORD)]);
  expect(next[0].status).toBe(state === 'ACTIVE' ? 'fulfilled' : 'rejected');
});

test('a storage that lost the activation says so, and takes another one', async () => {
  const base = memoryStorage(new MemorySpace());
  const storage = storageLike(base, { needsSealingKey: true });
  const server = await testServer();
  const powerAuth = await testClient(server, { storage, sealingKey: SEALING_KEY });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('token', possession);
  for (const key of await keysOf(base)) await base.delete(key);
  expect((await rejection(powerAuth.validatePassword(PASSWORD))).code).toBe('MISSING_ACTIVATION');
  expect(await powerAuth.hasValidActivation()).toBe(false);
  await activate(server, powerAuth);
  await powerAuth.validatePassword(PASSWORD);
  await powerAuth.tokenStore.requestAccessToken('token', possession);
});

test('a status that fails leaves the refusal as it is, and the next refusal catches up', async () => {
  const { server, powerAuth } = await wentBack(true, 7);
  server.faults.add({ path: '/pa/v3/activation/status', count: 1, status: 500 });
  for (let i = 0; i < 2; i++) {
    expect((await rejection(powerAuth.validatePassword(PASSWORD))).code).toBe('AUTHENTICATION_ERROR');
  }
  await powerAuth.validatePassword(PASSWORD);
  expect(requestsTo(server, '/pa/v3/activation/status')).toBe(2);
});

test('a wrong password moves nothing', async () => {
  const { powerAuth } = await wentBack(true, 0);
  expect((await rejection(powerAuth.validatePassword('wrong'))).code).toBe('AUTHENTICATION_ERROR');
  expect(await powerAuth.fetchActivationStatus()).not.toHaveProperty('localCounterBehind');
  await powerAuth.validatePassword(PASSWORD);
});

test('a storage of this device loses nothing by itself: the app decides', async () => {
  const { server, powerAuth } = await wentBack(false, 2);
  for (let i = 0; i < 2; i++) {
    expect((await rejection(powerAuth.validatePassword(PASSWORD))).code).toBe('AUTHENTICATION_ERROR');
  }
  expect(requestsTo(server, '/pa/v3/activation/status')).toBe(0);
});
