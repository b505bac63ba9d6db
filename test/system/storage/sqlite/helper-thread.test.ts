import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { sqliteEngine } from '../../../../src/storage/sqlite/engine.ts';
import { HelperThread } from '../../../../src/storage/sqlite/helper-thread.ts';
import { buildChild } from '../../../helpers/child.ts';
import { describeWithSqlite } from '../../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';

/** A helper of a new database, for another path than that where one is given. */
async function helper(elsewhere?: string): Promise<HelperThread> {
  const path = join(await temporaryFolder(), 'database');
  const database = new (sqliteEngine().Database)(path, { timeout: 0 });
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (number); INSERT INTO numbers VALUES (7)');
  const thread = new HelperThread(elsewhere ?? path, database);
  onTestFinished(async () => {
    await thread.close();
    database.close();
  });
  return thread;
}

describeWithSqlite('statements beside the thread', () => {
  test('return rows, or fail as SQLite does', async () => {
    const thread = await helper();
    expect(await thread.run('SELECT number FROM numbers')).toEqual([{ number: 7 }]);
    expect((await rejection(thread.run('SELECT missing'))).message).toMatch(/no such column/);
    expect(await thread.run('SELECT number + 1 AS n FROM numbers')).toEqual([{ n: 8 }]);
  });

  test('run in this thread where the other one cannot open the database', async () => {
    const thread = await helper(join(await temporaryFolder(), 'missing', 'database'));
    for (let i = 0; i < 2; i++)
      expect(await thread.run('SELECT number FROM numbers')).toEqual([{ number: 7 }]);
    expect((await rejection(thread.run('SELECT missing'))).message).toMatch(/no such column/);
  });

  // Node has its permission model by this name since 23.5, and SQLite of its own.
  test.runIf(process.allowedNodeEnvironmentFlags.has('--permission'))(
    'run in this thread where Node permits no other: everything works, and the log is emptied',
    async () => {
      const folder = await temporaryFolder();
      const script = await buildChild(new URL('./permitted-child.ts', import.meta.url));
      const allowed = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${folder}`];
      const { stdout } = await promisify(execFile)(process.execPath, [...allowed, script, folder]);
      const { longest, ...told } = JSON.parse(stdout) as { longest: number };
      // 12 MB were written.
      expect(longest).toBeLessThan(8_000_000);
      expect(told).toEqual({
        worker: 'ERR_ACCESS_DENIED',
        value: 'updated',
        section: 'ran',
        faults: [],
        left: ['powerauth.db', 'sealing.key'],
      });
    },
  );
});
