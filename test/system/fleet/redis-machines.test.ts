import { expect, test } from 'vitest';
import { apart } from '../../helpers/apart.ts';
import { DEEP } from '../../helpers/deep.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedisStore } from '../../helpers/redis.ts';
import { ClientProcess } from './client-process.ts';
import { createFleet } from './fleet.ts';

const [PROCESSES, ROUNDS] = DEEP ? [4, 20] : [2, 5];

describeWith('redis', 'on a Redis server', () => {
  test(`two machines get one token when ${PROCESSES} processes of each ask at once`, async ({ skip }) => {
    const under = apart();
    if (under === undefined) return skip('process namespaces are not permitted here');
    const { server, script, setup, start } = await createFleet(await testRedisStore());
    const there = Array.from({ length: PROCESSES }, () => ClientProcess.start({ script, under }, setup));
    const clients = [...(await start(PROCESSES)), ...(await Promise.all(there))];
    for (let round = 1; round <= ROUNDS; round++) {
      const ids = await Promise.all(
        clients.map((client) => client.call('requestAccessToken', `round ${round}`)),
      );
      expect(new Set(ids).size).toBe(1);
      expect(server.tokens.length).toBe(round);
    }
  }, 120_000);
});
