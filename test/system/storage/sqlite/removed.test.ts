/** What was removed or overwritten is left in no file: not in the database, its free pages, nor its log. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { piecesLeft } from '../../../helpers/pieces.ts';
import { randomFrom } from '../../../helpers/random.ts';
import { seed } from '../../../helpers/seed.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { temporaryFolder } from '../../../helpers/storage.ts';

/** Of all lengths: small values share pages, those of 4050 and 4100 bytes fill one or need another, 20 000 take several. */
const LENGTHS = [0, 1, 40, 150, 400, 420, 900, 3000, 4050, 4100, 20_000];

/** How often about 40 records are changed; the more of it, the rarer a leak that is found. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 8);

/** Sets, updates and removes records at random, and looks whether they are what they should be. */
async function changeRecords(
  storage: PowerAuthStorage,
  random: () => number,
  rounds = 2,
): Promise<{ gone: Buffer[]; present: Buffer[] }> {
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => 256 * random()));
  const gone: Buffer[] = [];
  const records = new Map<string, Buffer>();
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        // One of two, so that each round finds some keys taken and others free.
        const key = `key ${2 * i + Math.floor(2 * random())}`;
        const before = records.get(key);
        if (before !== undefined) gone.push(before);
        const value = bytes(LENGTHS[Math.floor(LENGTHS.length * random())] ?? 0);
        const kind = random();
        if (kind < 0.3) records.delete(key);
        else records.set(key, value);
        if (kind < 0.3) await storage.delete(key);
        else if (kind < 0.7) await storage.update(key, () => value);
        else await storage.set(key, value);
      }),
    );
  }
  for (const [key, value] of records)
    expect(Buffer.from((await storage.get(key)) ?? []).equals(value)).toBe(true);
  return { gone, present: [...records.values()] };
}

let script: string;

beforeAll(async () => {
  script = await buildChild(new URL('../storage-child.ts', import.meta.url));
});

describeWithSqlite(`what was removed or overwritten (SEED=${seed})`, () => {
  test('is gone when forget is resolved, when the storage is closed', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const random = randomFrom(seed);
    const first = await changeRecords(storage, random, ROUNDS);
    // Else the rest would prove nothing: until it is cleared, the log has them.
    expect(piecesLeft(folder, first.gone)).toBeGreaterThan(1000);
    await storage.forget?.();
    expect(piecesLeft(folder, first.gone)).toBe(0);
    expect(piecesLeft(folder, first.present)).toBeGreaterThan(300);
    const second = await changeRecords(storage, random, ROUNDS);
    await storage.close();
    expect(piecesLeft(folder, [...first.gone, ...second.gone])).toBe(0);
    expect(piecesLeft(folder, second.present)).toBeGreaterThan(300);
  });

  test('is gone when the storage was quiet for a second', async () => {
    const folder = await temporaryFolder();
    const { gone } = await changeRecords(testSqliteStorage(folder), randomFrom(seed + 1));
    expect(piecesLeft(folder, gone)).toBeGreaterThan(100);
    await expect.poll(() => piecesLeft(folder, gone), { timeout: 10_000, interval: 500 }).toBe(0);
  });

  test('is gone when forget is resolved, while another process writes', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    const other = new Child(script, 'write', `sqlite:${folder}`, 'other');
    await other.receive();
    const { gone } = await changeRecords(storage, randomFrom(seed + 2));
    const before = Number(await other.receive());
    await storage.forget?.();
    expect(piecesLeft(folder, gone)).toBe(0);
    // It is not held up, and neither is what it has stored lost.
    while (Number(await other.receive()) < before + 20);
    expect(await storage.get(`other/${before}`)).toBeDefined();
  });

  test('stays while another process reads an older state, holds nobody up, and is gone after that', async () => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('key', new Uint8Array(1));
    const reader = new Child(script, 'read', `sqlite:${folder}`, join(folder, 'powerauth.db'));
    expect(await reader.receive()).toBe('reading');
    const { gone } = await changeRecords(storage, randomFrom(seed + 3));
    const begun = performance.now();
    const forgotten = storage.forget?.();
    await storage.set('key', new Uint8Array(2));
    await storage.lock('lock', () => storage.get('key'));
    expect(performance.now() - begun).toBeLessThan(1000);
    await forgotten;
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(piecesLeft(folder, gone)).toBeGreaterThan(100);
    reader.send('enough');
    await reader.done();
    await expect.poll(() => piecesLeft(folder, gone), { timeout: 10_000, interval: 500 }).toBe(0);
  });
});
