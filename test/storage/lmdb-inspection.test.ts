import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultOf } from '../../src/storage/lmdb-inspection.ts';
import { lmdbStorage } from '../../src/storage/lmdb.ts';
import { rejection, temporaryFolder, testLmdbStorage } from '../helpers/storage.ts';

const PAGE = 4096;

/**
 * A data file whose records fill many pages, large values and free pages among them, and whose roots lie far in front:
 * the transactions at the end went where a large value had been.
 */
async function dataFile(): Promise<{ folder: string; file: string; size: number }> {
  const folder = await temporaryFolder();
  const storage = lmdbStorage({ path: folder });
  await storage.set('gone', new Uint8Array(100_000));
  for (let i = 0; i < 100; i++) await storage.set(`key ${i}`, new Uint8Array(900).fill(i));
  await storage.set('large', new Uint8Array(100_000));
  await storage.delete('gone');
  for (let i = 0; i < 8; i++) await storage.set('key 0', new Uint8Array(900));
  await storage.close();
  const file = join(folder, 'data.mdb');
  return { folder, file, size: statSync(file).size };
}

/** The last of all roots that the two headers name, as a page number. */
function lastRoot(file: string): number {
  const content = readFileSync(file);
  return Math.max(...[88, 136, PAGE + 88, PAGE + 136].map((at) => Number(content.readBigUInt64LE(at))));
}

test('a whole file has no fault, at any moment of its life', async () => {
  const folder = await temporaryFolder();
  const storage = testLmdbStorage(folder);
  const file = join(folder, 'data.mdb');
  let shorter = 0;
  for (let i = 0; i < 40; i++) {
    await storage.set(`key ${i % 20}`, new Uint8Array((i * 7919) % 30_000));
    if (i % 3 === 0) await storage.delete(`key ${(i * 13) % 20}`);
    expect(await faultOf(file)).toBeUndefined();
    // Cut off whatever lies behind the last page in use: it is free, and LMDB itself leaves such pages out.
    const copy = join(folder, 'copy');
    copyFileSync(file, copy);
    for (let pages = statSync(copy).size / PAGE - 1; pages > 2; pages--) {
      truncateSync(copy, pages * PAGE);
      if ((await faultOf(copy)) !== undefined) break;
      shorter++;
    }
  }
  expect(shorter).toBeGreaterThan(0);
});

test('a file that was cut off is refused, wherever that was', async () => {
  const { folder, file, size } = await dataFile();
  expect(await faultOf(file)).toBeUndefined();
  expect((lastRoot(file) + 1) * PAGE).toBeLessThan(size - 100_000);
  const content = readFileSync(file);
  // From a point on, nothing that is in use is missing; before it, something always is.
  let whole = size;
  for (let length = size - PAGE; length > PAGE; length -= PAGE) {
    truncateSync(file, length);
    if ((await faultOf(file)) !== undefined) continue;
    expect(length).toBe(whole - PAGE);
    whole = length;
  }
  expect(whole).toBeGreaterThan(size - 150_000);
  truncateSync(file, 0);
  writeFileSync(file, content.subarray(0, whole - 1));
  const error = await rejection(testLmdbStorage(folder).get('key 1'));
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
  expect(error.message).toMatch(/data\.mdb: a part of it is missing; restore it from a backup/);
});

test('a file that is whole but for free pages at its end is opened', async () => {
  const { folder, file, size } = await dataFile();
  let whole = size;
  const copy = join(folder, 'copy');
  copyFileSync(file, copy);
  while (whole > PAGE) {
    truncateSync(copy, whole - PAGE);
    if ((await faultOf(copy)) !== undefined) break;
    whole -= PAGE;
  }
  truncateSync(file, whole);
  const storage = testLmdbStorage(folder);
  for (let i = 1; i < 100; i++) expect(await storage.get(`key ${i}`)).toEqual(new Uint8Array(900).fill(i));
  expect((await storage.get('large'))?.length).toBe(100_000);
});

test('pages that are nonsense are refused where they are looked at, and end the look', async () => {
  const { file, size } = await dataFile();
  truncateSync(file, size - PAGE);
  const content = readFileSync(file);
  const newest = content.readBigUInt64LE(152) > content.readBigUInt64LE(PAGE + 152) ? 0 : PAGE;
  const root = Number(content.readBigUInt64LE(newest + 136)) * PAGE;
  const damages: ((page: Buffer) => void)[] = [
    (page) => page.fill(0),
    (page) => page.fill(0xff),
    (page) => page.writeUInt16LE(0xffff, 20),
    (page) => page.writeUInt16LE(0xfffe, 24),
    // Every node below leads back to this page.
    (page) => {
      for (let pointer = 24; pointer < page.readUInt16LE(20); pointer += 2) {
        page.writeUIntLE(root / PAGE, page.readUInt16LE(pointer), 6);
      }
    },
  ];
  for (const damage of damages) {
    const damaged = Buffer.from(content);
    damage(damaged.subarray(root, root + PAGE));
    writeFileSync(file, damaged);
    expect(await faultOf(file)).toBe('a part of it is missing');
  }
});
