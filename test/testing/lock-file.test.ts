/** A lock that a dead process has left: one process at a time takes it over. */
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { lockFile } from '../../src/testing/lock-file.ts';
import { temporaryFolder } from '../helpers/storage.ts';

/** More than any system gives. */
const DEAD = '999999999 of a process that has died\n';

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'lock');
});

test('a lock that was left over is taken, and nothing else stays', async () => {
  await writeFile(path, DEAD);
  const release = lockFile(path, 'it');
  expect(await readFile(path, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  expect(() => lockFile(path, 'it')).toThrow(`Process ${process.pid} uses it`);
  release();
  expect(await readdir(dirname(path))).toEqual([]);
});

test('it is left alone while another process takes it over', async () => {
  await writeFile(path, DEAD);
  await writeFile(`${path}.takeover`, `${process.ppid} another process\n`);
  expect(() => lockFile(path, 'it')).toThrow(`Process ${process.ppid} uses it`);
  expect(await readFile(path, 'utf8')).toBe(DEAD);
});

test('it is taken after a process died in taking it over', async () => {
  await writeFile(path, DEAD);
  await writeFile(`${path}.takeover`, DEAD);
  lockFile(path, 'it')();
  expect(existsSync(path) || existsSync(`${path}.takeover`)).toBe(false);
});
