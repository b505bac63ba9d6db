/**
 * What many processes of one activation promise together: tests for any driver that processes can share.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildChild } from '../../helpers/child.ts';
import { requestsTo } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import { rejection, type SharedStore } from '../../helpers/storage.ts';
import { createFleet, signedStatuses } from './fleet.ts';

/** How many processes ask for tokens and how often, and how many signed requests each of four sends. */
const [PROCESSES, ROUNDS, SIGNED] = DEEP ? [8, 20, 200] : [5, 3, 20];

/** Registers the tests for a driver; `create` makes a new store, gone after the test. */
export function testFleet(create: () => Promise<SharedStore>): void {
  describe('processes that share an activation', { timeout: 120_000 }, () => {
    // Compiled once, outside the time of the tests.
    beforeAll(async () => {
      await buildChild(new URL('./client-child.ts', import.meta.url));
    });

    test(`get one token when ${PROCESSES} of them ask at once, in each of ${ROUNDS} rounds`, async () => {
      const { server, start } = await createFleet(await create());
      const clients = await start(PROCESSES);
      for (let round = 1; round <= ROUNDS; round++) {
        const ids = await Promise.all(
          clients.map((client) => client.call('requestAccessToken', `round ${round}`)),
        );
        expect(new Set(ids).size).toBe(1);
        expect(server.tokens.map(({ tokenId }) => tokenId)).toContain(ids[0]);
        expect(server.tokens.length).toBe(round);
        expect(requestsTo(server, '/pa/v3/token/create')).toBe(round);
      }
    });

    test(`send ${SIGNED} signed requests each, four of them: all accepted, none refused`, async () => {
      const { server, activationId, start } = await createFleet(await create());
      const before = server.activation(activationId)?.counter ?? 0;
      const clients = await start(4);
      await Promise.all(clients.map((client, i) => client.call('makeAndRemove', `token ${i}`, SIGNED / 2)));
      const signed = requestsTo(server, '/pa/v3/token/create') + requestsTo(server, '/pa/v3/token/remove');
      expect(signed).toBe(4 * SIGNED);
      // The server moves behind each counter value that it accepts, and refuses one that it has seen.
      expect(signedStatuses(server)).toEqual(new Set([200]));
      expect((server.activation(activationId)?.counter ?? 0) - before).toBe(4 * SIGNED);
    });

    test('see a removal within a second', async () => {
      const { server, powerAuth, start } = await createFleet(await create());
      const clients = await start(3);
      for (const client of clients) {
        await client.call('requestAccessToken', 'token');
        await client.call('header', 'token');
        await client.call('hold', 'token');
        expect(server.verifyToken((await client.call('next', 'token')) ?? '')).toBeDefined();
      }
      await powerAuth.tokenStore.removeAccessToken('token');
      await sleep(1000);
      for (const client of clients) {
        for (const call of ['header', 'next'] as const) {
          const error = await rejection(client.call(call, 'token'));
          expect([call, error.code]).toEqual([call, 'LOCAL_TOKEN_NOT_AVAILABLE']);
        }
      }
      await powerAuth.removeActivationLocal();
      await sleep(1000);
      for (const client of clients) expect(await client.call('hasValidActivation')).toBe(false);
    });
  });
}
