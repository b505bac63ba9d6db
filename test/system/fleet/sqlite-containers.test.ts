import { expect, test } from 'vitest';
import { apart } from '../../helpers/apart.ts';
import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { ClientProcess } from './client-process.ts';
import { createFleet, signedStatuses } from './fleet.ts';

describeWithSqlite('sqlite', () => {
  test('four containers with equal process ids get one token when all ask at once', async ({ skip }) => {
    const under = apart();
    if (under === undefined) return skip('process namespaces are not permitted here');
    const { server, script, setup } = await createFleet(await testSqliteStore());
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => ClientProcess.start({ script, under }, setup)),
    );
    for (let round = 1; round <= 10; round++) {
      const ids = await Promise.all(
        clients.map((client) => client.call('requestAccessToken', `round ${round}`)),
      );
      expect(new Set(ids).size).toBe(1);
      expect(server.tokens.length).toBe(round);
    }
    // No counter value was used twice.
    expect(signedStatuses(server)).toEqual(new Set([200]));
  }, 60_000);
});
