import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LEFT_OVER, makeNewFile } from '../../../src/storage/node/new-file.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'new-file-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('makes a file that only this user can read', async () => {
  const path = join(folder, 'key');
  await makeNewFile(path, Uint8Array.of(1, 2, 3));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['key']);
});

test('leaves a file alone that is there', async () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'present');
  await makeNewFile(path, Uint8Array.of(1));
  expect(readFileSync(path, 'utf8')).toBe('present');
  expect(readdirSync(folder)).toEqual(['key']);
});

test('is whole, and the same for all, when many make it at once', async () => {
  const path = join(folder, 'key');
  const contents = Array.from({ length: 50 }, (_, i) => new Uint8Array(1000).fill(i));
  await Promise.all(contents.map((content) => makeNewFile(path, content)));
  const made = readFileSync(path);
  expect(contents.some((content) => made.equals(content))).toBe(true);
  expect(readdirSync(folder)).toEqual(['key']);
});

test('makes an empty file without content', async () => {
  await makeNewFile(join(folder, 'store'));
  expect(statSync(join(folder, 'store')).size).toBe(0);
});

test('leaves nothing when it fails', async () => {
  await expect(makeNewFile(join(folder, 'missing', 'key'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(folder)).toEqual([]);
});

test('knows the names of parts that were left over', () => {
  expect(LEFT_OVER.test('.01234567-89ab-cdef-0123-456789abcdef.tmp')).toBe(true);
  expect(LEFT_OVER.test('.next')).toBe(false);
});
