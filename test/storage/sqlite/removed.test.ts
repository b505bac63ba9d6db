/**
 * What was removed or overwritten is left in no file: not in the database, its free pages, nor its log. A few pieces in a
 * hundred thousand may be: `secure_delete` clears what a cell leaves behind, but not the gaps of a page that SQLite lays
 * out anew.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

/** How many of the pieces may lie in gaps. */
const IN_GAPS = 1 / 1000;

/** As short as a piece can be that isn't there by chance. */
const PIECE = 12;

/** How many pieces of the values are in the files of a folder, at any place. */
function piecesLeft(folder: string, values: readonly Buffer[]): number {
  const pieces = new Map<number, Buffer[]>();
  for (const value of values) {
    for (let at = 0; at + PIECE <= value.length; at += PIECE) {
      const start = value.readUInt32LE(at);
      pieces.set(start, [...(pieces.get(start) ?? []), value.subarray(at, at + PIECE)]);
    }
  }
  let found = 0;
  for (const name of readdirSync(folder)) {
    const file = readFileSync(join(folder, name));
    for (let at = 0; at + PIECE <= file.length; at++) {
      const here = pieces.get(file.readUInt32LE(at));
      if (here?.some((piece) => piece.equals(file.subarray(at, at + PIECE))) === true) found++;
    }
  }
  return found;
}

describeWithSqlite('what was removed or overwritten', () => {
  test.each(['after close', 'while it is open, when it was quiet for a second'])(
    'is gone %s',
    async (when) => {
      const folder = await temporaryFolder();
      const storage = testSqliteStorage(folder);
      const gone: Buffer[] = [];
      const present = new Map<string, Buffer>();
      // Of all lengths: small ones share pages, and move between them; large ones have pages of their own.
      const lengths = [40, 400, 900, 3000, 20_000];
      for (let round = 0; round < 12; round++) {
        await Promise.all(
          Array.from({ length: 40 }, async (_, i) => {
            // One of two, so that each round finds some keys taken and others free.
            const key = `key ${2 * i + Math.floor(2 * Math.random())}`;
            const before = present.get(key);
            if (before !== undefined) gone.push(before);
            const value = randomBytes(lengths[(round + i) % lengths.length] ?? 0);
            const kind = Math.random();
            if (kind < 0.3) present.delete(key);
            else present.set(key, value);
            if (kind < 0.3) await storage.delete(key);
            else if (kind < 0.7) await storage.update(key, () => value);
            else await storage.set(key, value);
          }),
        );
      }
      // Else the rest would prove nothing: until it is cleared, the log has them.
      expect(piecesLeft(folder, gone)).toBeGreaterThan(1000);
      const few = Math.ceil((gone.reduce((sum, { length }) => sum + length, 0) / PIECE) * IN_GAPS);
      expect(few).toBeLessThan(200);
      if (when === 'after close') {
        await storage.close();
        expect(piecesLeft(folder, gone)).toBeLessThan(few);
      } else {
        const left = expect.poll(() => piecesLeft(folder, gone), { timeout: 10_000, interval: 500 });
        await left.toBeLessThan(few);
      }
      expect(piecesLeft(folder, [...present.values()])).toBeGreaterThan(300);
    },
  );
});
