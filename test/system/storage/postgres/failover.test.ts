/** A standby takes the place of its primary while clients go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newSchema, testPostgres, testPostgresStorage } from '../../../helpers/postgres.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { changesOf, keysOf, rejection } from '../../../helpers/storage.ts';
import { testWire } from '../../fleet/wire.ts';

describeWith('postgres', 'on a PostgreSQL server', () => {
  test('nothing that was confirmed is lost with a synchronous standby, and locks are kept', async () => {
    const primary = await testPostgres({ settings: ['synchronous_commit=on'] });
    const standby = await testPostgres({ from: primary });
    await primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'; ");
    await primary.ask('SELECT pg_reload_conf()');
    await expect
      .poll(() => primary.ask('SELECT sync_state FROM pg_stat_replication'), { timeout: 10_000 })
      .toEqual([{ sync_state: 'sync' }]);
    const wire = await testWire(primary.port);
    const options = {
      connectionString: `postgres://postgres@${new URL(wire.url).host}/postgres`,
      schema: newSchema(),
    };
    const storage = testPostgresStorage(options);
    const changes = changesOf(storage);
    await storage.get('anything');

    const confirmed: string[] = [];
    const over = new AbortController();
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        await storage
          .update(`key ${n}`, () => Uint8Array.of(n % 256))
          .then(
            () => confirmed.push(`key ${n}`),
            () => sleep(50),
          );
      }
    })();
    const held = storage.lock('lock', async (lock) => {
      await expect.poll(() => confirmed.length, { timeout: 20_000 }).toBeGreaterThan(30);
      await primary.stop('SIGQUIT');
      wire.lead(standby.port);
      // Until it is promoted it refuses to write, and says what it is.
      const reader = testPostgresStorage(options);
      expect(await reader.get('key 0')).toEqual(Uint8Array.of(0));
      expect((await rejection(reader.set('key', Uint8Array.of(1)))).message).toContain('a read-only standby');
      await standby.promote();
      const before = confirmed.length;
      await expect.poll(() => confirmed.length, { timeout: 20_000 }).toBeGreaterThan(before + 30);
      return lock.isHeld?.();
    });
    expect(await held).toBe(true);
    over.abort();
    await writing;
    const present = new Set(await keysOf(testPostgresStorage(options)));
    expect(confirmed.filter((key) => !present.has(key))).toEqual([]);
    await expect.poll(() => changes, { timeout: 10_000 }).toContain('all');
  }, 60_000);
});
