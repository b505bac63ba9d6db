/** A 401 because of the time: the clock is set, and the request sent again. */
import { describe, expect, test } from 'vitest';
import { CREATE, fetchOf, STATUS } from '../helpers/bank.ts';
import { activate, requestsTo, testClient, testServer } from '../helpers/client.ts';
import { checksToken, testOrigin } from '../helpers/origin.ts';

describe('a 401 because of the time', () => {
  /** A bank that says no to all headers that are not of this time, which it also says, or not. */
  async function strict({
    saysDate,
    jump = 0,
    back = 60_000,
  }: {
    saysDate: boolean;
    jump?: number;
    back?: number;
  }) {
    let wall = 0;
    let passed = 0;
    const clock = { now: () => Date.now() + wall + passed, monotonic: () => performance.now() + passed };
    const server = await testServer({ tokenWindow: { back, ahead: 60_000 } });
    const powerAuth = await testClient(server, { client: { clock } });
    await activate(server, powerAuth);
    const check = checksToken(server);
    const origin = await testOrigin((request) => ({
      ...check(request),
      headers: { date: saysDate ? new Date(Date.now() + server.clockOffset).toUTCString() : '' },
    }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    expect((await fetch(origin.url)).status).toBe(200);
    return {
      server,
      origin,
      fetch,
      jumpServer: () => void (server.clockOffset += jump),
      jumpClient: () => void (wall += jump),
      /** For the client and the server. */
      passTime: (ms: number) => {
        passed += ms;
        server.clockOffset += ms;
      },
      /** The monotonic clock stands still in the meantime. */
      sleep: (ms: number) => {
        wall += ms;
        server.clockOffset += ms;
      },
    };
  }

  test('that the answer shows is mended by asking for the time', async () => {
    const { server, origin, fetch, jumpServer } = await strict({ saysDate: true, jump: 86_400_000 });
    jumpServer();
    const before = requestsTo(server, STATUS);
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(origin.url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(requestsTo(server, STATUS)).toBe(before + 1);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('that the answer does not show is mended, too, if the last time is old', async () => {
    const { server, origin, fetch, jumpServer, passTime } = await strict({
      saysDate: false,
      jump: -3_600_000,
    });
    jumpServer();
    passTime(120_000);
    expect((await fetch(origin.url)).status).toBe(200);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('does not hide that the token is gone', async () => {
    const { server, origin, fetch } = await strict({ saysDate: true });
    const before = requestsTo(server, STATUS);
    for (const { tokenId } of server.tokens) server.removeToken(tokenId);
    expect((await fetch(origin.url)).status).toBe(200);
    expect(requestsTo(server, STATUS), 'the time is known well enough').toBe(before);
    expect(requestsTo(server, CREATE)).toBe(2);
  });

  test('never comes up on a laptop that sleeps for an hour, with a server that takes headers for 5 minutes', async () => {
    const { server, origin, fetch, sleep } = await strict({ saysDate: true, back: 300_000 });
    for (let night = 0; night < 3; night++) {
      sleep(3_600_000);
      expect((await fetch(origin.url)).status).toBe(200);
    }
    expect(origin.arrived).toHaveLength(4);
    expect(requestsTo(server, CREATE)).toBe(1);
  });

  test('is no trouble with a server whose tokens live 5 minutes', async () => {
    const { server, origin, fetch, passTime, sleep } = await strict({ saysDate: true, back: 300_000 });
    for (const pass of [passTime, sleep, passTime]) {
      pass(3_600_000);
      for (const { tokenId } of server.tokens) server.removeToken(tokenId);
      const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(origin.url)));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(server.tokens).toHaveLength(1);
    }
    expect(requestsTo(server, CREATE)).toBe(4);
  });

  test('never comes up when the client’s own clock jumps by a day', async () => {
    const { server, origin, fetch, jumpClient } = await strict({ saysDate: true, jump: 86_400_000 });
    jumpClient();
    expect((await fetch(origin.url)).status).toBe(200);
    expect(origin.arrived).toHaveLength(2);
    expect(requestsTo(server, CREATE)).toBe(1);
  });
});
