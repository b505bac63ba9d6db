import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Changes, ORIGIN_LENGTH } from '../../../src/storage/sqlite/changes.ts';
import { sqliteEngine, type SqlDatabase, type SqlStatement } from '../../../src/storage/sqlite/engine.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import { Presence } from '../../../src/storage/sqlite/presence.ts';
import type { PowerAuthStorageChange } from '../../../src/storage/types.ts';
import { describeWithSqlite } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

/** A database that counts the statements that are run. */
class CountingDatabase implements SqlDatabase {
  readonly #database: SqlDatabase;
  count = 0;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  exec(sql: string): unknown {
    return this.#database.exec(sql);
  }

  prepare(sql: string): SqlStatement {
    const statement = this.#database.prepare(sql);
    const counted = <T>(result: T): T => {
      this.count++;
      return result;
    };
    return {
      get: (...values) => counted(statement.get(...values)),
      all: (...values) => counted(statement.all(...values)),
      run: (...values) => counted(statement.run(...values)),
    };
  }

  close(): unknown {
    return this.#database.close();
  }
}

async function newChanges(): Promise<{ database: CountingDatabase; changes: Changes }> {
  const folder = await temporaryFolder();
  const file = join(folder, 'powerauth.db');
  const database = new CountingDatabase(new (sqliteEngine().Database)(file, { timeout: 0 }));
  prepareDatabase(database, file);
  const changes = new Changes(database, new Presence(folder, file));
  onTestFinished(() => {
    changes.close();
    database.close();
  });
  return { database, changes };
}

const newOrigin = (): Buffer => randomBytes(ORIGIN_LENGTH);

describeWithSqlite('changes', () => {
  test('cost as many statements with ten thousand subscribers as with one, to make and to notice', async () => {
    const costs: unknown[] = [];
    for (const subscribers of [1, 10_000]) {
      const { database, changes } = await newChanges();
      const told: PowerAuthStorageChange[] = [];
      for (let i = 0; i < subscribers; i++) changes.subscribe(newOrigin(), (change) => told.push(change));
      database.count = 0;
      const origin = newOrigin();
      for (const key of ['a', 'b', 'a']) changes.enter(origin, key);
      const made = database.count;
      // A new subscriber looks at once; otherwise it would be within a tenth of a second.
      changes.subscribe(newOrigin(), () => undefined);
      costs.push([made, database.count - made]);
      await Promise.resolve();
      expect(told).toHaveLength(subscribers);
      expect(told[0]).toEqual(['a', 'b']);
      // Nor are the keys gathered for each of them.
      expect(new Set(told).size).toBe(1);
    }
    expect(costs[0]).toEqual([3, 2]);
    expect(costs[1]).toEqual(costs[0]);
  });

  test('are not told to whoever made them, unless somebody else changed the same key', async () => {
    const { changes } = await newChanges();
    const origins = [newOrigin(), newOrigin(), newOrigin()] as const;
    const told: PowerAuthStorageChange[][] = origins.map(() => []);
    for (const [i, origin] of origins.entries()) changes.subscribe(origin, (change) => told[i]?.push(change));
    changes.enter(origins[0], 'a');
    changes.enter(origins[0], 'both');
    changes.enter(origins[1], 'both');
    changes.subscribe(newOrigin(), () => undefined);
    await Promise.resolve();
    expect(told).toEqual([[['both']], [['a', 'both']], [['a', 'both']]]);
  });

  test('are one list for all, which nobody can change for the others', async () => {
    const { changes } = await newChanges();
    const told: PowerAuthStorageChange[] = [];
    for (let i = 0; i < 2; i++) changes.subscribe(newOrigin(), (change) => told.push(change));
    changes.enter(newOrigin(), 'key');
    changes.subscribe(newOrigin(), () => undefined);
    await Promise.resolve();
    expect(() => (told[0] as string[]).push('more')).toThrow(TypeError);
    expect(told[1]).toEqual(['key']);
  });
});
