import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpoints } from '../../../src/storage/sqlite/checkpoints.ts';
import { sqliteEngine, type SqlDatabase } from '../../../src/storage/sqlite/engine.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import { Records } from '../../../src/storage/sqlite/records.ts';
import { describeWithSqlite } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

interface Counted {
  emptied: number;
  /** Called once, when the log was emptied for the first time. */
  afterFirst?: () => void;
}

/** Checkpoints of a new store, counted. */
async function newStore(): Promise<{
  checkpoints: Checkpoints;
  records: Records;
  counted: Counted;
  logLength: () => number;
}> {
  const file = join(await temporaryFolder(), 'powerauth.db');
  const database = new (sqliteEngine().Database)(file, { timeout: 0 });
  prepareDatabase(database, file);
  const counted: Counted = { emptied: 0 };
  const counting: SqlDatabase = {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (!sql.includes('TRUNCATE')) return statement;
      const get = (): unknown => {
        const row = statement.get();
        if (++counted.emptied === 1) counted.afterFirst?.();
        return row;
      };
      return { get, all: () => statement.all(), run: () => statement.run() };
    },
  };
  const checkpoints = new Checkpoints(file, counting);
  onTestFinished(async () => {
    await checkpoints.close();
    database.close();
  });
  return {
    checkpoints,
    records: new Records(database),
    counted,
    logLength: () => statSync(`${file}-wal`).size,
  };
}

describeWithSqlite('forget', () => {
  test('of a thousand calls at once costs one checkpoint', async () => {
    const { checkpoints, records, counted, logLength } = await newStore();
    records.set('key', new Uint8Array(100));
    await Promise.all(Array.from({ length: 1000 }, () => checkpoints.forget()));
    expect(counted.emptied).toBe(1);
    expect(logLength()).toBe(0);
    // With nothing in the log it costs none.
    await checkpoints.forget();
    expect(counted.emptied).toBe(1);
  });

  test('is not resolved by a checkpoint that began before the call', async () => {
    const { checkpoints, records, counted, logLength } = await newStore();
    const later: Promise<void>[] = [];
    // Changed after its checkpoint, and before it is resolved.
    counted.afterFirst = () => {
      records.set('key', new Uint8Array(50));
      for (let i = 0; i < 1000; i++) later.push(checkpoints.forget());
    };
    records.set('key', new Uint8Array(100));
    await checkpoints.forget();
    expect(later.length).toBe(1000);
    await Promise.all(later);
    expect(counted.emptied).toBe(2);
    expect(logLength()).toBe(0);
  });

  test('of a long log leaves the copying to another thread', async () => {
    const { checkpoints, records, counted, logLength } = await newStore();
    for (let i = 0; i < 30; i++) records.set(`key ${i}`, new Uint8Array(100_000).fill(i));
    expect(logLength()).toBeGreaterThan(2 ** 20);
    const ran: string[] = [];
    const run = checkpoints.thread.run.bind(checkpoints.thread);
    checkpoints.thread.run = (sql) => {
      ran.push(sql);
      return run(sql);
    };
    await checkpoints.forget();
    expect(ran).toEqual(['PRAGMA wal_checkpoint(PASSIVE)']);
    expect(counted.emptied).toBe(1);
    expect(logLength()).toBe(0);
  });
});
