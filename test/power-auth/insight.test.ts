/** What observers are told, and what they are not. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthDebug,
  PowerAuthErrorCode,
  type PowerAuthEvent,
} from '../../src/index.ts';
import { error } from '../helpers/error.ts';
import { activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';

const POSSESSION = PowerAuthAuthentication.possession();

test('an observer is told all that happens, without secrets and headers', async () => {
  const events: PowerAuthEvent[] = [];
  const server = await testServer();
  const observer = (event: PowerAuthEvent) => events.push(event);
  const powerAuth = await testClient(server, { client: { observer } });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('accounts', POSSESSION);
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('accounts');
  const before = events.length;
  for (let i = 0; i < 10; i++) await powerAuth.tokenStore.generateHeaderForToken('accounts');
  expect(events).toHaveLength(before);
  await powerAuth.fetchActivationStatus();
  await expect(powerAuth.validatePassword('0000')).rejects.toMatchObject(
    error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
  );
  await powerAuth.tokenStore.removeAccessToken('accounts');

  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['engine', 'request', 'token', 'time', 'lock', 'storage', 'activation']),
  );
  const { instanceId } = powerAuth;
  expect(events).toContainEqual({ type: 'engine', instanceId, engine: powerAuth.engine });
  expect(events).toContainEqual({ type: 'token', instanceId, action: 'created', tokenName: 'accounts' });
  expect(events).toContainEqual({ type: 'token', instanceId, action: 'removed', tokenName: 'accounts' });
  expect(events).toContainEqual({ type: 'activation', instanceId, state: 'ACTIVE' });
  expect(events).toContainEqual({
    type: 'request',
    instanceId,
    path: '/pa/v3/signature/validate',
    status: 401,
    duration: expect.any(Number) as number,
    errorCode: 'AUTHENTICATION_ERROR',
  });
  expect(events.every((event) => Object.isFrozen(event))).toBe(true);
  const text = JSON.stringify(events);
  for (const secret of [PASSWORD, value, /token_digest="([^"]*)"/.exec(value)?.[1], 'PowerAuth version']) {
    expect(text).not.toContain(secret);
  }
  expect(powerAuth.statistics()).toMatchObject({
    failedRequests: 1,
    tokensCreated: 1,
    tokensRemoved: 1,
    locksLost: 0,
    engine: powerAuth.engine,
    timeRoundTrip: expect.any(Number) as number,
  });
});

test.each([
  () => {
    throw new Error('mine');
  },
  async () => {
    throw new Error('mine');
  },
])('an observer that fails harms nothing', async (observer) => {
  const server = await testServer();
  const powerAuth = await testClient(server, { client: { observer } });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('accounts', POSSESSION);
});

test('the same is published on channels of Node', async () => {
  const heard: unknown[] = [];
  const listen = (event: unknown) => void heard.push(event);
  subscribe('powerauth-wasm:activation', listen);
  onTestFinished(() => void unsubscribe('powerauth-wasm:activation', listen));
  const server = await testServer();
  const powerAuth = await testClient(server);
  await activate(server, powerAuth);
  await powerAuth.fetchActivationStatus();
  expect(heard).toEqual([{ type: 'activation', instanceId: powerAuth.instanceId, state: 'ACTIVE' }]);
});

test('PowerAuthDebug prints them', async () => {
  const print = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  onTestFinished(() => {
    PowerAuthDebug.traceNativeCodeCalls(false);
    print.mockRestore();
  });
  const server = await testServer();
  const powerAuth = await testClient(server);
  await activate(server, powerAuth);
  expect(print).not.toHaveBeenCalled();
  PowerAuthDebug.traceNativeCodeCalls(true);
  await powerAuth.fetchActivationStatus();
  expect(print).not.toHaveBeenCalled();
  await powerAuth.validatePassword('0000').catch(() => undefined);
  expect(print.mock.calls.join()).toContain('"errorCode":"AUTHENTICATION_ERROR"');
  PowerAuthDebug.traceNativeCodeCalls(false, true);
  await powerAuth.fetchActivationStatus();
  expect(print.mock.calls.join()).toContain('"state":"ACTIVE"');
});

test('statistics need a configured instance', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  await powerAuth.deconfigure();
  expect(powerAuth.statistics()).toBeUndefined();
});
