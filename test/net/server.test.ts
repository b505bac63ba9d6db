/** Who shares a server's time, and when it ends. */

import { describe, expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import type { PowerAuthClock } from '../../src/net/clock.ts';
import { Server, serverCount, type ServerSettings } from '../../src/net/server.ts';
import { error } from '../helpers/error.ts';

const clocks: [PowerAuthClock, PowerAuthClock] = [
  { now: () => 0, monotonic: () => 0 },
  { now: () => 0, monotonic: () => 0 },
];
const fetches: [typeof fetch, typeof fetch] = [async () => new Response(), async () => new Response()];

const settings = (changed: Partial<ServerSettings> = {}): ServerSettings => ({
  baseEndpointUrl: 'https://a.example',
  enableUnsecureTraffic: true,
  connectionTimeout: 20,
  readTimeout: 20,
  customHttpHeaders: [{ name: 'a', value: 'b' }],
  basicHttpAuthentication: { username: 'a', password: 'b' },
  fetch: fetches[0],
  clock: clocks[0],
  ...changed,
});

test('equal settings share one, until the last user has given it back', () => {
  const before = serverCount();
  const servers = Array.from({ length: 3 }, () => Server.take(settings()));
  expect(new Set(servers).size).toBe(1);
  expect(serverCount()).toBe(before + 1);
  for (const server of servers) {
    expect(serverCount()).toBe(before + 1);
    server.release();
  }
  expect(serverCount()).toBe(before);
  const anew = Server.take(settings());
  expect(anew).not.toBe(servers[0]);
  anew.release();
});

test.each<Partial<ServerSettings>>([
  { baseEndpointUrl: 'https://b.example' },
  { baseEndpointUrl: 'https://a.example/x' },
  { enableUnsecureTraffic: false },
  { connectionTimeout: 21 },
  { readTimeout: 21 },
  { customHttpHeaders: null },
  { customHttpHeaders: [] },
  { customHttpHeaders: [{ name: 'a', value: 'c' }] },
  { customHttpHeaders: [{ name: 'c', value: 'b' }] },
  { basicHttpAuthentication: null },
  { basicHttpAuthentication: { username: 'a', password: 'c' } },
  { basicHttpAuthentication: { username: 'c', password: 'b' } },
  { fetch: fetches[1] },
  { clock: clocks[1] },
])('another one with %o', (changed) => {
  const [one, other] = [Server.take(settings()), Server.take(settings(changed))];
  expect(other).not.toBe(one);
  expect(other.time).not.toBe(one.time);
  one.release();
  other.release();
});

test('the last user ends the requests in progress', async () => {
  const signals: AbortSignal[] = [];
  const fetch = vi.fn((_: unknown, init?: RequestInit) => {
    if (init?.signal) signals.push(init.signal);
    return new Promise<never>(() => undefined);
  });
  const [one, other] = [Server.take(settings({ fetch })), Server.take(settings({ fetch }))];
  const asked = one.time.synchronize();
  one.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  other.release();
  await expect(asked).rejects.toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

describe('invalid headers', () => {
  test('leave nothing behind', () => {
    const before = serverCount();
    const invalid = settings({ customHttpHeaders: [{ name: 'not a name', value: '' }] });
    expect(() => Server.take(invalid)).toThrow(/customHttpHeaders/);
    expect(serverCount()).toBe(before);
  });
});
