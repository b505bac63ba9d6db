import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import { assertStore, prepareFolder } from '../../../src/storage/sqlite/folder.ts';
import { error } from '../../helpers/error.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

const refused = (message: RegExp) => error(PowerAuthErrorCode.UNKNOWN_ERROR, message);
const FILE = 'powerauth.db';

describe('prepareFolder', () => {
  test('makes folder and file, empty and for nobody else, and none of SQLite’s own files', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    const { file } = await prepareFolder(folder);
    expect(file).toBe(join(folder, FILE));
    expect(readdirSync(folder)).toEqual([FILE]);
    expect(statSync(file).size).toBe(0);
    if (process.platform === 'win32') return;
    expect([folder, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  });

  test('leaves a file that is there as it is, however often and by how many it is called', async () => {
    const folder = await temporaryFolder();
    const places = await Promise.all([prepareFolder(folder), prepareFolder(folder)]);
    writeFileSync(join(folder, FILE), 'content');
    places.push(await prepareFolder(folder));
    expect(new Set(places.map(({ id }) => id)).size).toBe(1);
    expect(statSync(join(folder, FILE)).size).toBe(7);
    expect(readdirSync(folder)).toEqual([FILE]);
  });

  test('the id is the same for each path to the file, and another one once it was replaced', async () => {
    const above = await temporaryFolder();
    const folder = join(above, 'store');
    const before = await prepareFolder(folder);
    symlinkSync(folder, join(above, 'link'));
    expect((await prepareFolder(join(above, 'link'))).id).toBe(before.id);
    writeFileSync(join(folder, 'keeps the number in use'), '');
    rmSync(join(folder, FILE));
    writeFileSync(join(folder, 'takes the number that is free'), '');
    expect((await prepareFolder(folder)).id).not.toBe(before.id);
  });

  test.each(['-wal', '-shm'])('refuses to make a file whose %s is left', async (suffix) => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, FILE + suffix), '', { mode: 0o600 });
    await expect(prepareFolder(folder)).rejects.toMatchObject(
      refused(new RegExp(`${FILE}: .*${FILE}${suffix}.*`)),
    );
    expect(existsSync(join(folder, FILE))).toBe(false);
  });

  test('refuses a file in place of the folder, and says so', async () => {
    const path = join(await temporaryFolder(), 'file');
    writeFileSync(path, '');
    await expect(prepareFolder(path)).rejects.toMatchObject(
      refused(new RegExp(`^Cannot open sqlite storage ${path}: a part of the path is a file`)),
    );
    await expect(prepareFolder(join(path, 'below'))).rejects.toMatchObject(
      refused(/a part of the path is a file/),
    );
  });

  test.runIf(process.platform === 'linux' && process.getuid?.() !== 0)(
    'refuses a folder that it may not write to, and makes nothing',
    async () => {
      const folder = join(await temporaryFolder(), 'store');
      mkdirSync(folder, { mode: 0o500 });
      await expect(prepareFolder(folder)).rejects.toMatchObject(refused(/no permission/));
      chmodSync(folder, 0o700);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test.runIf(process.platform === 'linux')('refuses a place where nothing can be made', async () => {
    await expect(prepareFolder('/proc/self/store')).rejects.toMatchObject(
      refused(/^Cannot open sqlite storage \/proc\/self\/store: /),
    );
  });
});

describe('assertStore', () => {
  test('refuses a folder without a store, and makes none', async () => {
    const folder = await temporaryFolder();
    await expect(assertStore(folder)).rejects.toMatchObject(
      refused(new RegExp(`^Cannot open sqlite storage ${folder}: there is none`)),
    );
    expect(readdirSync(folder)).toEqual([]);
    await prepareFolder(folder);
    await assertStore(folder);
  });
});
