/** The lock of a state file: who gets it when its process has died, and who doesn't. */
import fs from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { lockFile } from '../../src/testing/lock-file.ts';
import { temporaryFolder } from '../helpers/storage.ts';
import { freshModules } from '../helpers/worker.ts';

/** No process has an id so high. */
const DEAD = '4194305 1 and more\n';
const IN_USE = `Process ${process.pid} uses the file`;

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'lock');
});

/** Whether it gets the lock. */
function gets(): boolean {
  try {
    lockFile(path, 'the file');
    return true;
  } catch (error) {
    expect((error as Error).message).toContain(IN_USE);
    return false;
  }
}

/** Lets another one try just before a call for a file, once. */
function before(name: 'renameSync' | 'linkSync', call: number, other: () => void): () => void {
  const original = fs[name];
  let calls = 0;
  const restore = () => {
    fs[name] = original;
    syncBuiltinESMExports();
  };
  fs[name] = (from: fs.PathLike, to: fs.PathLike) => {
    if (++calls === call) {
      restore();
      other();
    }
    original(from, to);
  };
  syncBuiltinESMExports();
  return restore;
}

test.each([
  ['before the first one looks', 'linkSync', 1],
  ['after it has seen that the process is dead', 'linkSync', 2],
  ['after it has seen that again', 'linkSync', 3],
  ['before it replaces the lock', 'renameSync', 1],
] as const)('of two that find a dead process, one gets the lock: %s', (_, name, call) => {
  fs.writeFileSync(path, DEAD);
  const got: boolean[] = [];
  const restore = before(name, call, () => got.push(gets()));
  try {
    got.push(gets());
  } finally {
    restore();
  }
  expect(got.toSorted()).toEqual([false, true]);
  expect(fs.readdirSync(dirname(path))).toEqual(['lock']);
});

test('a lock that is given back while another one looks is free', () => {
  fs.writeFileSync(path, DEAD);
  const restore = before('linkSync', 3, () => {
    fs.rmSync(path);
  });
  try {
    expect(gets()).toBe(true);
  } finally {
    restore();
  }
});

test('another copy of the module in the same process is refused, until the lock is given back', async () => {
  const release = lockFile(path, 'the file');
  freshModules();
  const copy = await import('../../src/testing/lock-file.ts');
  expect(copy.lockFile).not.toBe(lockFile);
  expect(() => copy.lockFile(path, 'the file')).toThrow(IN_USE);
  release();
  copy.lockFile(path, 'the file')();
});

test.runIf(process.platform === 'linux')(
  'a process that has the id of a dead one is not taken for it',
  async () => {
    const release = lockFile(path, 'the file');
    const [pid = '', start = ''] = (await readFile(path, 'utf8')).split(' ');
    release();
    await writeFile(path, `${pid} ${Number(start) - 1} and more\n`);
    expect(gets()).toBe(true);
  },
);

test('a lock is left alone while another process takes it over', async () => {
  await writeFile(path, DEAD);
  await writeFile(`${path}.next`, `${process.ppid} - another process\n`);
  expect(() => lockFile(path, 'the file')).toThrow(`Process ${process.ppid} uses the file`);
  expect(await readFile(path, 'utf8')).toBe(DEAD);
});

test('a lock is taken after a process died in taking it over', async () => {
  await writeFile(path, DEAD);
  await writeFile(`${path}.next`, DEAD);
  lockFile(path, 'the file')();
  expect(fs.readdirSync(dirname(path))).toEqual([]);
});

test('a lock that cannot be read is nobody’s to take', () => {
  fs.mkdirSync(path);
  expect(() => lockFile(path, 'the file')).toThrow('EISDIR');
  expect(fs.readdirSync(dirname(path))).toEqual(['lock']);
});
