import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sqliteEngine, type SqlDatabase } from '../../../src/storage/sqlite/engine.ts';
import { isBusy } from '../../../src/storage/sqlite/failure.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import { describeWithSqlite } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

function connect(file: string): SqlDatabase {
  const database = new (sqliteEngine().Database)(file, { timeout: 0 });
  onTestFinished(() => void database.close());
  return database;
}

/** The same connection; `act` is called before the statement of number `at` is prepared. */
function interrupted(database: SqlDatabase, at: number, act: () => void): SqlDatabase {
  let statements = 0;
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      if (++statements === at) act();
      return database.prepare(sql);
    },
    close: () => database.close(),
  };
}

/** False when the other one is in the way. */
function isPrepared(database: SqlDatabase, file: string): boolean {
  try {
    prepareDatabase(database, file);
    return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return false;
  }
}

describeWithSqlite('an empty database', () => {
  test('becomes a store, whenever somebody else makes it one in the meantime', async () => {
    const reached = new Set<number>();
    for (let at = 1; reached.size === at - 1; at++) {
      const file = join(await temporaryFolder(), 'database');
      const other = connect(file);
      const database = interrupted(connect(file), at, () => {
        reached.add(at);
        isPrepared(other, file);
      });
      // It may be in the way, but never be taken for something else.
      if (!isPrepared(database, file)) expect(isPrepared(database, file)).toBe(true);
      expect(isPrepared(other, file)).toBe(true);
    }
    expect(reached.size).toBeGreaterThan(4);
  });
});
