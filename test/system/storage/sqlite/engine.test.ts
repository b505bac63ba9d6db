import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { buildChild } from '../../../helpers/child.ts';
import { describeWithSqlite } from '../../../helpers/sqlite.ts';
import { temporaryFolder } from '../../../helpers/storage.ts';

/** What a script prints on a Node that warns of SQLite as Node 22 does. */
function printed(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const warns = new URL('../../../helpers/warn-of-sqlite.mjs', import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', warns, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describeWithSqlite('where Node warns that its SQLite is experimental', () => {
  let script: string;
  beforeAll(async () => {
    script = await buildChild(new URL('../storage-child.ts', import.meta.url));
  });

  test.each([`process.getBuiltinModule('node:sqlite')`, `require('node:sqlite')`])(
    '%s prints the warning',
    (code) => {
      expect(printed('--eval', code).stderr).toContain(
        'ExperimentalWarning: SQLite is an experimental feature',
      );
    },
  );

  test('the storage prints nothing', async () => {
    const store = `sqlite:${await temporaryFolder()}`;
    expect(printed(script, 'idle', store)).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
