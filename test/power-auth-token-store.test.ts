import { describe, expect, test } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../src/index.ts';
import { memoryStorage } from '../src/storage/memory.ts';
import {
  activate,
  activated,
  PASSWORD,
  requestsTo,
  statusOf,
  testClient,
  testServer,
} from './helpers/client.ts';
import { error } from './helpers/error.ts';
import { NO_STRINGS, ODD_NAMES } from './helpers/wrong-values.ts';

const POSSESSION = PowerAuthAuthentication.possession();

const CREATE = '/pa/v3/token/create';

describe('a token', () => {
  test('is requested, makes accepted headers, and is removed', async () => {
    const { server, powerAuth } = await activated();
    const { tokenStore } = powerAuth;
    expect(await tokenStore.hasLocalToken('MyToken')).toBe(false);

    const token = await tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(token.tokenName).toBe('MyToken');
    expect(await tokenStore.hasLocalToken('MyToken')).toBe(true);
    expect(await tokenStore.getLocalToken('MyToken')).toEqual(token);

    const header = await tokenStore.generateHeaderForToken('MyToken');
    expect(header.key).toBe('X-PowerAuth-Token');
    expect(header.value).toContain(`token_id="${token.tokenIdentifier}"`);
    expect(await statusOf(server, header)).toBe(200);
    expect(await statusOf(server, header), 'the same header again').toBe(401);

    const later = await tokenStore.generateHeaderForToken('MyToken');
    await tokenStore.removeAccessToken('MyToken');
    expect(await statusOf(server, later), 'after the removal').toBe(401);
    expect(await tokenStore.hasLocalToken('MyToken')).toBe(false);
    await expect(tokenStore.generateHeaderForToken('MyToken')).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    expect(server.tokens).toHaveLength(0);
  });

  test('is answered from the local store without a request', async () => {
    const { server, powerAuth } = await activated();
    const first = await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION)).toEqual(first);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('stands for the factors that it was requested with', async () => {
    const { powerAuth } = await activated();
    const { tokenStore } = powerAuth;
    await tokenStore.requestAccessToken('one', POSSESSION);
    await tokenStore.requestAccessToken('two', PowerAuthAuthentication.password(PASSWORD));
    const otherFactors = error(PowerAuthErrorCode.WRONG_PARAMETER, /possession_knowledge/);
    await expect(
      tokenStore.requestAccessToken('one', PowerAuthAuthentication.password(PASSWORD)),
    ).rejects.toMatchObject(otherFactors);
    await expect(tokenStore.requestAccessToken('two', POSSESSION)).rejects.toMatchObject(otherFactors);
  });

  test('of other factors is refused while one is in flight', async () => {
    const { server, powerAuth } = await activated();
    const outcomes = await Promise.allSettled([
      powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION),
      powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.password(PASSWORD)),
    ]);
    // Which of the two is first is not said.
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER));
    expect(server.tokens).toHaveLength(1);
  });

  test('requested 50 times at once is made once', async () => {
    const { server, powerAuth } = await activated();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, () => powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION)),
    );
    expect(new Set(tokens.map((token) => token.tokenIdentifier)).size).toBe(1);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('requests under 20 names at once are all accepted, in the order of their counters', async () => {
    const { server, powerAuth } = await activated();
    const names = Array.from({ length: 20 }, (_, i) => `token ${i}`);
    await Promise.all(names.map((name) => powerAuth.tokenStore.requestAccessToken(name, POSSESSION)));
    expect(server.tokens).toHaveLength(20);
  });

  test('survives a restart, and time is all that the server is asked for', async () => {
    const storage = memoryStorage();
    const { server, powerAuth } = await activated({ instanceId: 'restart', storage });
    const token = await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    await powerAuth.deconfigure();

    const before = server.requests.length;
    const restarted = await testClient(server, { instanceId: 'restart', storage });
    expect(await restarted.tokenStore.getLocalToken('MyToken')).toEqual(token);
    expect(await statusOf(server, await restarted.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
    expect(server.requests.slice(before).map((request) => request.path)).toEqual([
      '/pa/v3/status',
      '/api/possession/token',
    ]);
  });

  test('of an earlier activation is never used', async () => {
    const storage = memoryStorage();
    const server = await testServer();
    const powerAuth = await testClient(server, { storage });
    await activate(server, powerAuth);
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    // The record stays behind, as after a crash between the removal of the activation and that of its tokens.
    const left: [string, Uint8Array][] = [];
    for await (const key of storage.list('')) {
      const value = await storage.get(key);
      if (key.includes('/token/') && value !== undefined) left.push([key, value]);
    }
    expect(left).toHaveLength(1);
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    for (const [key, value] of left) await storage.set(key, value);

    expect(await powerAuth.tokenStore.hasLocalToken('MyToken')).toBe(false);
    for (const [key] of left) expect(await storage.get(key), 'purged').toBeUndefined();
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
  });

  test('may have the same name in two instances over one storage', async () => {
    const storage = memoryStorage();
    const server = await testServer();
    const [one, two] = [
      await testClient(server, { instanceId: 'shared', storage }),
      await testClient(server, { instanceId: 'shared/token', storage }),
    ];
    await activate(server, one);
    await activate(server, two);
    const first = await one.tokenStore.requestAccessToken('MyToken', POSSESSION);
    const second = await two.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(first.tokenIdentifier).not.toBe(second.tokenIdentifier);
    await one.tokenStore.removeAllLocalTokens();
    expect(await one.tokenStore.hasLocalToken('MyToken')).toBe(false);
    expect(await two.tokenStore.hasLocalToken('MyToken')).toBe(true);
  });

  test('makes its headers without touching the storage', async () => {
    const storage = memoryStorage();
    let reads = 0;
    const counted = new Proxy(storage, {
      get(target, property) {
        if (property === 'get') reads++;
        const member = Reflect.get(target, property) as unknown;
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const { powerAuth } = await activated({ storage: counted });
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    expect(reads).toBeGreaterThan(0);
    reads = 0;
    for (let i = 0; i < 100; i++) await powerAuth.tokenStore.generateHeaderForToken('MyToken');
    expect(reads).toBe(0);
  });

  test.each([-86_400_000, 86_400_000])(
    'is accepted from a client whose clock is off by %i ms',
    async (offset) => {
      const { server, powerAuth } = await activated({
        client: { clock: { now: () => Date.now() + offset, monotonic: () => performance.now() } },
      });
      await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
      expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
    },
  );

  test('follows the server when the clocks jump', async () => {
    let jump = 0;
    const { server, powerAuth } = await activated({
      client: { clock: { now: () => Date.now() + jump, monotonic: () => performance.now() } },
    });
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    // The machine slept for a day: the wall clock and the server went on, the monotonic clock did not.
    jump = 86_400_000;
    server.clockOffset = 86_400_000;
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
  });

  test.each(ODD_NAMES.map((name) => [JSON.stringify(name.slice(0, 20)), name]))(
    'may be called %s',
    async (_, name) => {
      const { server, powerAuth } = await activated();
      const { tokenStore } = powerAuth;
      expect(await tokenStore.hasLocalToken(name)).toBe(false);
      expect((await tokenStore.requestAccessToken(name, POSSESSION)).tokenName).toBe(name);
      expect(await statusOf(server, await tokenStore.generateHeaderForToken(name))).toBe(200);
      for (const other of ODD_NAMES) {
        if (other !== name) expect(await tokenStore.hasLocalToken(other)).toBe(false);
      }
      await tokenStore.removeAccessToken(name);
      expect(await tokenStore.hasLocalToken(name)).toBe(false);
    },
  );
});

describe('removal', () => {
  test('that fails on the server leaves the local token', async () => {
    const { server, powerAuth } = await activated();
    const { tokenStore } = powerAuth;
    await tokenStore.requestAccessToken('MyToken', POSSESSION);
    server.faults.add({ path: '/pa/v3/token/remove', count: 1, status: 500 });
    await expect(tokenStore.removeAccessToken('MyToken')).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.RESPONSE_ERROR),
      errorData: { httpStatusCode: 500 },
    });
    expect(await statusOf(server, await tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
    await tokenStore.removeAccessToken('MyToken');
    expect(server.tokens).toHaveLength(0);
  });

  test('of an unknown token is INVALID_TOKEN, locally it is nothing', async () => {
    const { powerAuth } = await activated();
    await expect(powerAuth.tokenStore.removeAccessToken('unknown')).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_TOKEN),
    );
    await powerAuth.tokenStore.removeLocalToken('unknown');
    await powerAuth.tokenStore.removeAllLocalTokens();
  });

  test('removes the token locally alone', async () => {
    const { server, powerAuth } = await activated();
    const { tokenStore } = powerAuth;
    for (const name of ['one', 'two', 'three']) await tokenStore.requestAccessToken(name, POSSESSION);
    await tokenStore.removeLocalToken('one');
    expect(await tokenStore.hasLocalToken('one')).toBe(false);
    expect(await tokenStore.hasLocalToken('two')).toBe(true);
    await tokenStore.removeAllLocalTokens();
    expect(await tokenStore.hasLocalToken('two')).toBe(false);
    await expect(tokenStore.getLocalToken('three')).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    expect(server.tokens).toHaveLength(3);
  });

  test.each([
    ['removed locally', (a: Activated) => a.powerAuth.removeActivationLocal()],
    [
      'removed with authentication',
      (a: Activated) =>
        a.powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(PASSWORD)),
    ],
    [
      'found REMOVED by fetchActivationStatus',
      async (a: Activated) => {
        a.server.removeActivation(a.activationId);
        expect((await a.powerAuth.fetchActivationStatus()).state).toBe('REMOVED');
      },
    ],
  ])('happens to all tokens when the activation is %s', async (_, lose) => {
    const storage = memoryStorage();
    const it = await activated({ storage });
    for (const name of ['one', 'two']) await it.powerAuth.tokenStore.requestAccessToken(name, POSSESSION);
    const generator = await it.powerAuth.tokenStore.headerGenerator('two');
    await lose(it);
    expect(await it.powerAuth.tokenStore.hasLocalToken('one')).toBe(false);
    await expect(it.powerAuth.tokenStore.generateHeaderForToken('two')).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    expect(() => generator.next()).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE)),
    );
    for await (const key of storage.list('')) expect(key).not.toContain('/token/');
  });
});

type Activated = Awaited<ReturnType<typeof activated>>;

describe('bad input', () => {
  const calls = [
    'hasLocalToken',
    'getLocalToken',
    'removeAccessToken',
    'removeLocalToken',
    'generateHeaderForToken',
    'headerGenerator',
    'requestAccessToken',
  ] as const;

  test.each(calls)('%s refuses anything that is not a name', async (call) => {
    const { server, powerAuth } = await activated();
    const before = server.requests.length;
    for (const [, value] of [...NO_STRINGS, ['the empty string', ''] as const]) {
      const result = powerAuth.tokenStore[call](value as string, POSSESSION);
      await expect(result).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /^tokenName: expected a non-empty string, got /),
      );
    }
    expect(server.requests.length, 'nothing was sent').toBe(before);
  });

  test('requestAccessToken refuses anything that is not an authentication', async () => {
    const { powerAuth } = await activated();
    for (const value of [...NO_STRINGS.map(([, v]) => v), PASSWORD]) {
      await expect(
        powerAuth.tokenStore.requestAccessToken('MyToken', value as PowerAuthAuthentication),
      ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER, /^authentication: expected/));
    }
  });

  test('calls before configure and without an activation have their codes', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { tokenStore } = powerAuth;
    expect(await tokenStore.hasLocalToken('MyToken')).toBe(false);
    await tokenStore.removeAllLocalTokens();
    for (const [call, code] of [
      ['requestAccessToken', PowerAuthErrorCode.MISSING_ACTIVATION],
      ['removeAccessToken', PowerAuthErrorCode.MISSING_ACTIVATION],
      ['getLocalToken', PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE],
      ['generateHeaderForToken', PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE],
      ['headerGenerator', PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE],
    ] as const) {
      await expect(tokenStore[call]('MyToken', POSSESSION)).rejects.toMatchObject(error(code));
    }
    await powerAuth.deconfigure();
    for (const call of calls) {
      await expect(tokenStore[call]('MyToken', POSSESSION)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
      );
    }
    await expect(tokenStore.removeAllLocalTokens()).rejects.toMatchObject(
      error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
    );
  });
});
