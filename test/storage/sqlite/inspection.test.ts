import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSqliteStorage, sqliteStorage } from '../../../src/storage/sqlite.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../helpers/storage.ts';

const PAGE = 4096;

/** Fills many pages with small and large values, and frees some of them. */
async function fill(storage: ReturnType<typeof sqliteStorage>): Promise<void> {
  await storage.set('gone', new Uint8Array(100_000));
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => storage.set(`key ${i}`, new Uint8Array(900).fill(i))),
  );
  await storage.set('large', new Uint8Array(20_000));
  await storage.delete('gone');
}

describeWithSqlite('inspection', () => {
  test('finds nothing in a store that others write to, at any moment', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('key', new Uint8Array(1));
    const state = { isFilled: false };
    const filled = fill(storage).finally(() => (state.isFilled = true));
    let looks = 0;
    do {
      expect(await checkSqliteStorage({ path: folder })).toEqual([]);
      looks++;
    } while (!state.isFilled);
    await filled;
    expect(looks).toBeGreaterThan(0);
    expect(await checkSqliteStorage({ path: folder })).toEqual([]);
  });

  test('a file that was cut off by a page or more is refused, wherever that was, and left as it is', async () => {
    const folder = await temporaryFolder();
    const storage = sqliteStorage({ path: folder });
    await fill(storage);
    await storage.close();
    const file = join(folder, 'powerauth.db');
    const whole = readFileSync(file);
    expect(whole.length).toBeGreaterThan(30 * PAGE);
    for (let length = whole.length - PAGE; length > 100; length -= PAGE - 1) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      const cut = testSqliteStorage(folder);
      const calls = [
        () => cut.get('key 1'),
        () => cut.set('key 1', new Uint8Array(1)),
        () => checkSqliteStorage({ path: folder }),
      ];
      for (const call of calls) {
        expect((await rejection(call())).message, `${length} bytes`).toMatch(
          /powerauth-wasm-.*: the file is damaged; restore it from a backup/,
        );
      }
      await cut.close();
      expect(readFileSync(file).equals(whole.subarray(0, length))).toBe(true);
    }
  });
});
