/**
 * Requests of many processes of one activation, through `powerauth-wasm/fetch`: tests for any driver that processes can
 * share.
 *
 * @module
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { buildChild } from '../../helpers/child.ts';
import { PASSWORD, requestsTo } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import type { SharedStore } from '../../helpers/storage.ts';
import { createFleet } from './fleet.ts';

/** How often the token is revoked, and how many signed requests each of four processes sends. */
const [REVOCATIONS, SIGNED] = DEEP ? [20, 100] : [4, 25];
const CALLERS = [13, 13, 12, 12];
const [CREATE, REMOVE] = ['/pa/v3/token/create', '/pa/v3/token/remove'];

/** Registers the tests for a driver; `create` makes a new store, gone after the test. */
export function testRequests(create: () => Promise<SharedStore>): void {
  describe('requests of four processes', { timeout: 240_000 }, () => {
    beforeAll(async () => {
      await buildChild(new URL('./client-child.ts', import.meta.url));
    });

    test(`50 after each of ${REVOCATIONS} revocations: all answered, one token made, none orphaned`, async () => {
      const { server, start } = await createFleet(await create());
      const clients = await start(CALLERS.length);
      const url = `${server.baseUrl}/api/possession/token`;
      for (let round = 0; round <= REVOCATIONS; round++) {
        for (const { tokenId } of server.tokens) server.removeToken(tokenId);
        // The server is slow to make tokens, and answers to the removal of the last one get lost.
        server.faults.add({ path: CREATE, count: 1, delay: 20 });
        server.faults.add({ path: REMOVE, count: 1, dropReply: true });
        const answers = await Promise.all(
          clients.map((client, i) => client.call('fetchAtOnce', url, CALLERS[i] ?? 0)),
        );
        expect(answers).toEqual(CALLERS.map((callers) => ({ 200: callers })));
        expect(requestsTo(server, CREATE)).toBe(round + 1);
        expect(server.tokens).toHaveLength(1);
      }
    });

    test(`${4 * SIGNED} signed with a password: all accepted, no attempt lost`, async () => {
      const { server, activationId, start } = await createFleet(await create());
      const clients = await start(4);
      const path = '/api/protected/signature';
      const answers = await Promise.all(
        clients.map((client) => client.call('signAtOnce', server.baseUrl + path, path, PASSWORD, SIGNED)),
      );
      expect(answers).toEqual(clients.map(() => ({ 200: SIGNED })));
      expect(requestsTo(server, path)).toBe(4 * SIGNED);
      expect(server.activation(activationId)?.failCount).toBe(0);
    });
  });
}
