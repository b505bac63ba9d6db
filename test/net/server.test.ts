/** Who shares a server's time, and when it ends. */

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createEngine } from '../../src/hot-path/index.ts';
import { PowerAuthErrorCode } from '../../src/index.ts';
import type { PowerAuthClock } from '../../src/net/clock.ts';
import { Server, serverCount, type ServerSettings } from '../../src/net/server.ts';
import { error } from '../helpers/error.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

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

/** Each setting that makes a server another one, and values that are all different. */
const FIELDS: {
  readonly [K in Exclude<keyof ServerSettings, 'openChannel'>]-?: readonly ServerSettings[K][];
} = {
  baseEndpointUrl: ['https://a.example', 'https://b.example', 'https://a.example/x'],
  enableUnsecureTraffic: [true, false],
  connectionTimeout: [20, 21, 2],
  readTimeout: [20, 21, 2],
  customHttpHeaders: [
    [{ name: 'a', value: 'b' }],
    [{ name: 'a', value: 'c' }],
    [{ name: 'c', value: 'b' }],
    [
      { name: 'a', value: 'b' },
      { name: 'c', value: 'd' },
    ],
    [
      { name: 'c', value: 'd' },
      { name: 'a', value: 'b' },
    ],
    [],
    null,
  ],
  basicHttpAuthentication: [
    { username: 'a', password: 'b' },
    { username: 'a', password: 'c' },
    { username: 'c', password: 'b' },
    null,
  ],
  fetch: [fetches[0], fetches[1], undefined],
  clock: [clocks[0], clocks[1], undefined],
  observer: [() => undefined, () => undefined, undefined],
};
const NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** Settings with these values, in objects of their own. */
const chosen = (places: readonly number[]): ServerSettings =>
  Object.fromEntries(
    NAMES.map((name, i) => {
      const value = FIELDS[name][places[i] ?? 0];
      return [name, isShown(value) ? structuredClone(value) : value];
    }),
  ) as unknown as ServerSettings;

/** Whether a value is compared by what it says, rather than by what it is. */
const isShown = (value: unknown): boolean => typeof value === 'object' && !clocks.includes(value as never);

test.each(NAMES)('%s: each value has a server of its own', (name) => {
  const servers = FIELDS[name].map((value) => Server.take(settings({ [name]: value })));
  onTestFinished(() => servers.forEach((server) => server.release()));
  expect(new Set(servers).size).toBe(servers.length);
  expect(new Set(servers.map(({ time }) => time)).size).toBe(servers.length);
});

test(`two users share a server, its time and its stock if all their settings are equal, and only then (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const engine = await createEngine({ engine: 'js' });
  let shared = 0;
  for (let round = 0; round < 500; round++) {
    const one = NAMES.map((name) => Math.floor(random() * FIELDS[name].length));
    // In half of the rounds nothing differs, else one setting or two.
    const other = [...one];
    for (let i = Math.floor(random() * 4); i > 1; i--) {
      const field = Math.floor(random() * NAMES.length);
      other[field] = Math.floor(random() * FIELDS[NAMES[field] ?? 'clock'].length);
    }
    const isEqual = one.every((place, i) => place === other[i]);
    const [first, second] = [Server.take(chosen(one)), Server.take(chosen(other))];
    const context = NAMES.filter((_, i) => one[i] !== other[i]).join(', ');
    expect(first === second, context).toBe(isEqual);
    expect(first.time === second.time, context).toBe(isEqual);
    expect(first.stockOf(engine) === second.stockOf(engine), context).toBe(isEqual);
    if (isEqual) shared++;
    first.release();
    second.release();
  }
  expect(shared).toBeGreaterThan(100);
  expect(shared).toBeLessThan(400);
});

test('each engine has a stock of its own', async () => {
  const server = Server.take(settings());
  onTestFinished(() => server.release());
  const [one, other] = [await createEngine({ engine: 'js' }), await createEngine({ engine: 'js' })];
  expect(server.stockOf(one)).toBe(server.stockOf(one));
  expect(server.stockOf(other)).not.toBe(server.stockOf(one));
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
