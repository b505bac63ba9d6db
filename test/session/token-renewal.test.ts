/** Tokens that the server refuses are renewed: once, by everybody, with nothing left on the server. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode, type PowerAuth } from '../../src/index.ts';
import { PowerAuthTokenHeaderGenerator } from '../../src/power-auth-token-header-generator.ts';
import { lostLockError } from '../../src/storage/driver/checks.ts';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { ServerState } from '../../src/testing/state.ts';
import { activated, PASSWORD, requestsTo, statusOf, testClient, testSession } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const [CREATE, REMOVE] = ['/pa/v3/token/create', '/pa/v3/token/remove'];
const NAME = 'MyToken';
const KEY = 'X-PowerAuth-Token';

const tokensOf = (server: PowerAuthTestServer) => server.tokens.map(({ tokenId }) => tokenId);

async function withToken(...settings: Parameters<typeof activated>) {
  const { server, powerAuth } = await activated(...settings);
  const { tokenIdentifier } = await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
  return { server, powerAuth, tokenStore: powerAuth.tokenStore, refused: tokenIdentifier };
}

test.each([
  ['that the server has removed', true],
  ['that the server still has', false],
])('a token %s is replaced, and nothing of it is left', async (_, isRevoked) => {
  const { server, tokenStore, refused } = await withToken();
  if (isRevoked) server.removeToken(refused);
  const renewed = await tokenStore.renewAccessToken(NAME, { refused, authentication: POSSESSION });
  expect(renewed).toEqual({ tokenName: NAME, tokenIdentifier: expect.not.stringMatching(refused) as string });
  expect(tokensOf(server)).toEqual([renewed.tokenIdentifier]);
  expect(await tokenStore.getLocalToken(NAME)).toEqual(renewed);
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME))).toBe(200);
});

test('whoever comes late gets the new one: 50 calls at once, others afterwards', async () => {
  const { server, tokenStore, refused } = await withToken();
  const renewal = { refused, authentication: POSSESSION };
  const renewed = await Promise.all(
    Array.from({ length: 50 }, () => tokenStore.renewAccessToken(NAME, renewal)),
  );
  renewed.push(await tokenStore.renewAccessToken(NAME, renewal));
  expect(new Set(renewed.map(({ tokenIdentifier }) => tokenIdentifier)).size).toBe(1);
  expect(requestsTo(server, CREATE)).toBe(2);
  expect(server.tokens).toHaveLength(1);
});

test('a name without a local token gets one', async () => {
  const { server, tokenStore, refused } = await withToken();
  await tokenStore.removeLocalToken(NAME);
  const { tokenIdentifier } = await tokenStore.renewAccessToken(NAME, {
    refused,
    authentication: POSSESSION,
  });
  expect(tokenIdentifier).not.toBe(refused);
  expect(tokensOf(server)).toContain(tokenIdentifier);
});

test('other factors are refused, and a wrong password changes nothing', async () => {
  const { server, powerAuth } = await activated();
  const { tokenStore } = powerAuth;
  const authentication = PowerAuthAuthentication.password(PASSWORD);
  const { tokenIdentifier: refused } = await tokenStore.requestAccessToken(NAME, authentication);
  await expect(
    tokenStore.renewAccessToken(NAME, { refused, authentication: POSSESSION }),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER, /possession_knowledge/));
  await expect(
    tokenStore.renewAccessToken(NAME, { refused, authentication: PowerAuthAuthentication.password('wrong') }),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.AUTHENTICATION_ERROR));
  expect(tokensOf(server)).toEqual([refused]);
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME))).toBe(200);
  await tokenStore.renewAccessToken(NAME, { refused, authentication });
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME), '/api/protected/token')).toBe(
    200,
  );
});

test('header generators go on with the new token, whether they are used in between or not', async () => {
  const { server, tokenStore, refused } = await withToken();
  const [one, two] = [await tokenStore.headerGenerator(NAME), await tokenStore.headerGenerator(NAME)];
  const ids: string[] = [refused];
  for (let round = 0; round < 3; round++) {
    server.removeToken(ids.at(-1) ?? '');
    const { tokenIdentifier } = await tokenStore.renewAccessToken(NAME, {
      refused: ids.at(-1) ?? '',
      authentication: POSSESSION,
    });
    ids.push(tokenIdentifier);
    expect(await statusOf(server, { key: KEY, value: one.next() })).toBe(200);
  }
  for (const value of two.nextBatch(3)) expect(await statusOf(server, { key: KEY, value })).toBe(200);
  one.release();
  two.release();
  // Nothing holds it any more.
  await tokenStore.removeAccessToken(NAME);
  expect(server.tokens).toEqual([]);
});

test('another process’s generators and cached names follow as soon as it is told', async () => {
  const space = new MemorySpace();
  const instanceId = 'followers';
  const { server, tokenStore, refused } = await withToken({ instanceId, storage: memoryStorage(space) });
  const other = await testSession(server, { instanceId, storage: memoryStorage(space) });
  await other.synchronized();
  const token = await other.tokens.find(NAME);
  if (token === undefined) throw new Error('expected a token');
  const generator = new PowerAuthTokenHeaderGenerator(other, token);
  const { tokenIdentifier } = await tokenStore.renewAccessToken(NAME, {
    refused,
    authentication: POSSESSION,
  });
  await expect.poll(() => generator.next()).toContain(`token_id="${tokenIdentifier}"`);
  expect((await other.tokens.find(NAME))?.tokenIdentifier).toBe(tokenIdentifier);
  expect(await statusOf(server, { key: KEY, value: generator.next() })).toBe(200);
  generator.release();
  // A removal is no renewal.
  const held = await tokenStore.headerGenerator(NAME);
  await tokenStore.removeAccessToken(NAME);
  await tokenStore.requestAccessToken(NAME, POSSESSION);
  expect(() => held.next()).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE)),
  );
});

test('a process that was not told of a renewal yet gets the new token when it renews', async () => {
  const space = new MemorySpace();
  const instanceId = 'untold';
  const { server, tokenStore, refused } = await withToken({ instanceId, storage: memoryStorage(space) });
  const deaf = storageLike(memoryStorage(space), { subscribe: () => () => undefined });
  const other = await testSession(server, { instanceId, storage: deaf });
  await other.tokens.find(NAME);
  const renewed = await tokenStore.renewAccessToken(NAME, { refused, authentication: POSSESSION });
  expect((await other.tokens.find(NAME))?.tokenIdentifier).toBe(refused);
  const found = await other.tokenRequests.renew(NAME, refused, POSSESSION);
  expect(found.tokenIdentifier).toBe(renewed.tokenIdentifier);
  expect((await other.tokens.find(NAME))?.tokenIdentifier).toBe(renewed.tokenIdentifier);
  expect(requestsTo(server, CREATE)).toBe(2);
});

test.each<[string, (powerAuth: PowerAuth, refused: string) => Promise<unknown>, number]>([
  ['request', ({ tokenStore }) => tokenStore.requestAccessToken(NAME, POSSESSION), 1],
  [
    'renewal',
    ({ tokenStore }, refused) => tokenStore.renewAccessToken(NAME, { refused, authentication: POSSESSION }),
    1,
  ],
  ['removal', ({ tokenStore }) => tokenStore.removeAccessToken(NAME), 0],
])(
  'a renewal that ended before the old token was removed is completed by the next %s',
  async (_, next, left) => {
    const storage = memoryStorage();
    const { server, powerAuth, tokenStore, refused } = await withToken({ instanceId: 'completed', storage });
    server.faults.add({ path: REMOVE, count: 1, dropRequest: true });
    const { tokenIdentifier } = await tokenStore.renewAccessToken(NAME, {
      refused,
      authentication: POSSESSION,
    });
    expect(tokensOf(server)).toEqual([refused, tokenIdentifier]);
    // As after a crash.
    await powerAuth.deconfigure();
    const restarted = await testClient(server, { instanceId: 'completed', storage });
    await next(restarted, tokenIdentifier);
    expect(server.tokens).toHaveLength(left);
    // It is done: nothing is removed again.
    if (left === 0) return;
    const before = requestsTo(server, REMOVE);
    await restarted.tokenStore.requestAccessToken(NAME, POSSESSION);
    await restarted.deconfigure();
    const again = await testClient(server, { instanceId: 'completed', storage });
    await again.tokenStore.requestAccessToken(NAME, POSSESSION);
    expect(requestsTo(server, REMOVE)).toBe(before);
  },
);

test('a renewal needs no answer to the removal of tokens before', async () => {
  const { server, tokenStore, refused } = await withToken();
  server.faults.add({ path: REMOVE, count: 3, dropRequest: true });
  let id = refused;
  for (let round = 0; round < 3; round++) {
    const renewal = { refused: id, authentication: POSSESSION };
    id = (await tokenStore.renewAccessToken(NAME, renewal)).tokenIdentifier;
    expect(server.tokens).toHaveLength(round + 2);
  }
  await tokenStore.requestAccessToken(NAME, POSSESSION);
  expect(tokensOf(server)).toEqual([id]);
});

test.each(['request', 'renewal'])('a new token that cannot be stored is removed again: %s', async (kind) => {
  const inner = memoryStorage();
  let isFull = false;
  let lose: (() => void) | undefined;
  const storage = storageLike(inner, {
    set: async (key, value) => {
      if (isFull && key.includes('/token/')) throw new Error('the disk is full');
      return inner.set(key, value);
    },
    lock: (name, section) =>
      inner.lock(name, (lock) => {
        if (!name.includes('/token/') || lose === undefined) return section(lock);
        const lost = new AbortController();
        lose = () => lost.abort(lostLockError(name));
        return section({ signal: lost.signal });
      }),
  });
  const { server, tokenStore, refused } = await withToken({
    storage,
    client: {
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if ((url as string).endsWith(CREATE)) lose?.();
        return response;
      },
    },
  });
  const call = () =>
    kind === 'request'
      ? tokenStore.requestAccessToken('another', POSSESSION)
      : tokenStore.renewAccessToken(NAME, { refused, authentication: POSSESSION });
  isFull = true;
  await expect(call()).rejects.toMatchObject(error(PowerAuthErrorCode.UNKNOWN_ERROR));
  isFull = false;
  expect(tokensOf(server)).toEqual([refused]);
  lose = () => undefined;
  await expect(call()).rejects.toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
  lose = undefined;
  expect(tokensOf(server)).toEqual([refused]);
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME))).toBe(200);
});

test.each([
  ['that was refused', 0],
  ['that was refused before', 1],
])('a server that answers with a token %s is told off, and nothing is lost', async (_, again) => {
  const { server, tokenStore, refused } = await withToken();
  const renewal = { refused, authentication: POSSESSION };
  let present = refused;
  if (again === 1) {
    server.faults.add({ path: REMOVE, count: 1, dropRequest: true });
    present = (await tokenStore.renewAccessToken(NAME, renewal)).tokenIdentifier;
  }
  const making = vi
    .spyOn(ServerState.prototype, 'createToken')
    .mockImplementation(({ activationId }, signatureType) => {
      return { tokenId: refused, activationId, signatureType, secret: randomBytes(16) };
    });
  onTestFinished(() => making.mockRestore());
  await expect(
    tokenStore.renewAccessToken(NAME, { refused: present, authentication: POSSESSION }),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR, /another token/));
  making.mockRestore();
  expect(tokensOf(server)).toContain(present);
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME))).toBe(200);
  await tokenStore.renewAccessToken(NAME, { refused: present, authentication: POSSESSION });
  expect(server.tokens).toHaveLength(1);
});

test('the identifier of another name’s token renews nothing', async () => {
  const { server, tokenStore, refused } = await withToken();
  const other = await tokenStore.requestAccessToken('another', POSSESSION);
  for (const wrong of [other.tokenIdentifier, 'unknown']) {
    const renewal = { refused: wrong, authentication: POSSESSION };
    expect((await tokenStore.renewAccessToken(NAME, renewal)).tokenIdentifier).toBe(refused);
  }
  expect(tokensOf(server)).toEqual([refused, other.tokenIdentifier]);
});

test('renewals and removals of three processes at once leave no token that nobody knows', async () => {
  const space = new MemorySpace();
  const instanceId = 'renewed and removed';
  const { server, powerAuth } = await withToken({ instanceId, storage: memoryStorage(space) });
  const sessions = await Promise.all(
    [1, 2, 3].map(() => testSession(server, { instanceId, storage: memoryStorage(space) })),
  );
  for (let round = 0; round < 8; round++) {
    const { tokenIdentifier: refused } = await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
    if (round % 2 === 1) server.removeToken(refused);
    const outcomes = await Promise.allSettled(
      sessions.flatMap((session, i) => [
        session.tokenRequests.renew(NAME, refused, POSSESSION),
        i === round % 3
          ? session.tokenRequests.remove(NAME)
          : session.tokenRequests.request(NAME, POSSESSION),
      ]),
    );
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    // A removal finds nothing if another one, which this round doesn't have, was faster.
    expect(reasons).toEqual([]);
    const left = await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
    expect(tokensOf(server)).toEqual([left.tokenIdentifier]);
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken(NAME))).toBe(200);
  }
});
