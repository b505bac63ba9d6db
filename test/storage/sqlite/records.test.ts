import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sqliteEngine, type SqlDatabase } from '../../../src/storage/sqlite/engine.ts';
import { prepareDatabase } from '../../../src/storage/sqlite/layout.ts';
import { Records, slotSize } from '../../../src/storage/sqlite/records.ts';
import { checkSqliteStorage, sqliteStorage } from '../../../src/storage/sqlite.ts';
import { rawContent } from '../../helpers/pieces.ts';
import { randomFrom } from '../../helpers/random.ts';
import { seed } from '../../helpers/seed.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../helpers/storage.ts';

interface Store {
  readonly database: SqlDatabase;
  readonly records: Records;
}

async function newStore(): Promise<Store> {
  const file = join(await temporaryFolder(), 'powerauth.db');
  const database = new (sqliteEngine().Database)(file, { timeout: 0 });
  prepareDatabase(database, file);
  return { database, records: new Records(database) };
}

const numberOf = ({ database }: Store, sql: string): unknown =>
  Object.values(database.prepare(sql).get() as Record<string, unknown>)[0];

const value = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

test('a slot is large enough, a fifth of a large one is padding at most, and there are few sizes', () => {
  const sizes = new Set<number>();
  const wrong: number[] = [];
  for (let length = 0; length <= 100_000; length++) {
    const size = slotSize(length);
    sizes.add(size);
    const padding = size - 4 - length;
    if (padding < 0 || padding >= Math.max(64, (length + 4) / 4)) wrong.push(length);
  }
  expect(wrong).toEqual([]);
  expect([...sizes].slice(0, 10)).toEqual([64, 128, 192, 256, 320, 384, 448, 512, 640, 768]);
  expect(sizes.size).toBeLessThan(40);
});

describeWithSqlite('slots', () => {
  test('take another value of their size, in place', async () => {
    const store = await newStore();
    const { records } = store;
    const lengths = [0, 400, 4050, 4100, 50_000];
    for (const length of lengths) records.set(`key ${length}`, value(length, 1));
    const pages = numberOf(store, 'PRAGMA page_count');
    for (let byte = 2; byte < 200; byte++) {
      for (const length of lengths)
        records.set(`key ${length}`, value(Math.max(0, length - (byte & 1)), byte));
    }
    expect(records.get('key 50000')).toEqual(value(49_999, 199));
    expect(records.get('key 0')).toEqual(new Uint8Array(0));
    expect(numberOf(store, 'SELECT count(*) FROM slots')).toBe(lengths.length);
    expect(numberOf(store, 'PRAGMA page_count')).toBe(pages);
    expect(numberOf(store, 'PRAGMA freelist_count')).toBe(0);
    expect(numberOf(store, 'PRAGMA integrity_check')).toBe('ok');
  });

  test('cost an update two pages in the log, and a new record three', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const pagesOf = async (write: Promise<unknown>): Promise<number> => {
      await write;
      const pages = (statSync(join(folder, 'powerauth.db-wal')).size - 32) / (4096 + 24);
      await storage.forget?.();
      return pages;
    };
    await pagesOf(storage.set('key', value(400, 1)));
    expect(await pagesOf(storage.update('key', () => value(400, 2)))).toBe(2);
    expect(await pagesOf(storage.set('key', value(399, 3)))).toBe(2);
    expect(await pagesOf(storage.set('another', value(400, 4)))).toBe(3);
  });

  test('stay where they are, whatever becomes of others', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const values = new Map<string, Buffer>();
    const random = randomFrom(seed);
    const placesOf = async (): Promise<number[]> => {
      await storage.forget?.();
      const content = rawContent(folder);
      return [...values.values()].map((bytes) => content.indexOf(bytes.subarray(0, 16)));
    };
    const lengths = [40, 400, 900, 3000, 4050, 9000];
    const lengthAt = (i: number): number => lengths[i % lengths.length] ?? 0;
    for (let i = 0; i < 60; i++) {
      values.set(`kept ${i}`, randomBytes(lengthAt(i)));
      await storage.set(`kept ${i}`, values.get(`kept ${i}`) ?? randomBytes(0));
      await storage.set(`other ${i}`, randomBytes(lengthAt(i)));
    }
    const places = await placesOf();
    expect(places).not.toContain(-1);
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const other = `other ${Math.floor(120 * random())}`;
          if (random() < 0.4) await storage.delete(other);
          else await storage.set(other, randomBytes(lengthAt(i + round)));
        }),
      );
    }
    expect(await placesOf(), `SEED=${seed}`).toEqual(places);
  });

  test('are zeros once they are free, and are used again', async () => {
    const store = await newStore();
    const { records } = store;
    const used = 'SELECT count(*) FROM slots WHERE content <> zeroblob(length(content))';
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 50; i++) records.set(`${round}/${i}`, value(400, i));
      expect(numberOf(store, used)).toBe(50);
      // Larger, then gone.
      for (let i = 0; i < 50; i++) records.set(`${round}/${i}`, value(5000, i));
      expect(numberOf(store, used)).toBe(50);
      for (let i = 0; i < 50; i++) records.delete(`${round}/${i}`);
      expect(numberOf(store, used)).toBe(0);
    }
    expect(numberOf(store, 'SELECT count(*) FROM slots')).toBe(100);
    expect(numberOf(store, 'SELECT count(*) FROM free_slots')).toBe(100);
    expect(numberOf(store, 'PRAGMA integrity_check')).toBe('ok');
  });

  test('are as before when a transaction is taken back', async () => {
    const { database, records } = await newStore();
    records.set('changed', value(400, 1));
    records.set('moved', value(400, 2));
    records.set('removed', value(400, 3));
    database.exec('BEGIN IMMEDIATE');
    records.set('changed', value(400, 4));
    records.set('moved', value(9000, 5));
    records.delete('removed');
    records.set('new', value(400, 6));
    database.exec('ROLLBACK');
    expect(records.keys('', undefined, 10)).toEqual(['changed', 'moved', 'removed']);
    expect(records.get('changed')).toEqual(value(400, 1));
    expect(records.get('moved')).toEqual(value(400, 2));
    expect(records.get('removed')).toEqual(value(400, 3));
  });

  test.each([
    ['is missing', 'DELETE FROM slots'],
    ['is too short', 'UPDATE slots SET content = substr(content, 1, 100)'],
    ['is empty', "UPDATE slots SET content = x''"],
  ])('that %s is a damaged store', async (_, damage) => {
    const folder = await temporaryFolder();
    const storage = sqliteStorage({ path: folder });
    await storage.set('key', value(400, 1));
    await storage.close();
    const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
    database.exec(damage);
    database.close();
    const damaged = sqliteStorage({ path: folder });
    expect(await rejection(damaged.get('key'))).toMatchObject({
      code: 'UNKNOWN_ERROR',
      message: expect.stringContaining('damaged') as string,
    });
    await damaged.set('key', value(400, 2));
    expect(await damaged.get('key')).toEqual(value(400, 2));
    await damaged.close();
  });
});

describeWithSqlite('checkSqliteStorage', () => {
  test.each([
    ['is missing', 'DELETE FROM slots WHERE id = 1'],
    ['is used more than once', "INSERT INTO records (key, slot) VALUES (x'01', 1)"],
    ['is lost', 'DELETE FROM records WHERE slot = 1'],
  ])('tells that a slot %s', async (fault, damage) => {
    const folder = await temporaryFolder();
    const storage = sqliteStorage({ path: folder });
    for (let i = 0; i < 3; i++) await storage.set(`key ${i}`, value(400, 1));
    await storage.delete('key 2');
    await storage.close();
    expect(await checkSqliteStorage({ path: folder })).toEqual([]);
    const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
    database.exec(damage);
    database.close();
    expect(await checkSqliteStorage({ path: folder })).toEqual([`slot 1 ${fault}`]);
  });
});

describeWithSqlite('a store that another process makes at the same moment', () => {
  test('is ours', async () => {
    const file = join(await temporaryFolder(), 'powerauth.db');
    const { Database } = sqliteEngine();
    const [database, other] = [new Database(file, { timeout: 0 }), new Database(file, { timeout: 0 })];
    // The other one has its turn between two questions of the first.
    const interrupted: SqlDatabase = {
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      prepare: (sql) => {
        if (sql.includes('user_version')) expectMade();
        return database.prepare(sql);
      },
    };
    let attempts = 0;
    const expectMade = (): void => {
      attempts++;
      try {
        prepareDatabase(other, file);
      } catch (error) {
        expect(String(error)).toContain('locked');
      }
    };
    prepareDatabase(interrupted, file);
    expect(attempts).toBeGreaterThan(0);
    database.close();
    other.close();
  });
});
