import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSqliteStorage, sqliteStorage } from '../../../../src/storage/sqlite.ts';
import { sqliteEngine } from '../../../../src/storage/sqlite/engine.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { keysOf, rejection, temporaryFolder } from '../../../helpers/storage.ts';

const isRoot = process.getuid?.() === 0;
const FILE = 'powerauth.db';
const childScript = (): Promise<string> => buildChild(new URL('../storage-child.ts', import.meta.url));

/** A new volume of `kilobytes`, or undefined where none may be mounted. */
async function volume(kilobytes: number): Promise<string | undefined> {
  const folder = await temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

/** The error of a storage that cannot be used, which must name its path. */
async function failureAt(path: string): Promise<Error & { code?: string }> {
  const storage = testSqliteStorage(path);
  const error = await rejection(storage.set('key', new Uint8Array(1)));
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
  expect(error.message).toContain(path);
  expect((await rejection(storage.get('key'))).message).toBe(error.message);
  expect((await rejection(storage.lock('lock', async () => 1))).message).toBe(error.message);
  expect((await rejection(keysOf(storage))).message).toBe(error.message);
  storage.subscribe(() => undefined);
  return error;
}

/** A store with some records, closed. */
async function closedStore(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder();
  const storage = sqliteStorage({ path: folder });
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => storage.set(`key ${i}`, new Uint8Array(3000).fill(i))),
  );
  await storage.close();
  expect(readdirSync(folder)).toEqual([FILE]);
  return { folder, file: join(folder, FILE) };
}

function overwrite(file: string, from: number, length: number, byte: number): void {
  const content = readFileSync(file);
  content.fill(byte, from, from + length);
  writeFileSync(file, content);
}

describeWithSqlite('a path that will not do', () => {
  test('a file, or below a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    for (const path of [file, join(file, 'below')]) {
      const error = await failureAt(path);
      expect(error.message).toMatch(/choose another path/);
      expect(error.cause).toBeInstanceOf(Error);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a folder in place of the file', async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, FILE));
    expect((await failureAt(folder)).message).toMatch(/this is not a file/);
  });

  test('no path at all', () => {
    for (const path of ['', 'a\0b', 7, null, {}] as string[]) {
      expect(() => sqliteStorage({ path })).toThrow(
        expect.objectContaining({
          code: 'WRONG_PARAMETER',
          message: expect.stringMatching(/^path: /) as string,
        }) as Error,
      );
    }
  });

  test.each(['below', ''])('no permission (in the folder itself, or to make one: "%s")', async (below) => {
    const mine = join(await temporaryFolder(), 'mine');
    mkdirSync(mine);
    chmodSync(mine, 0o500);
    const path = join(mine, below);
    if (!isRoot) {
      expect((await failureAt(path)).message).toMatch(/no permission/);
      return;
    }
    // Root may write everywhere; a child gives that up.
    chmodSync(join(mine, '..'), 0o755);
    expect(await new Child(await childScript(), 'unprivileged', `sqlite:${path}`).receive()).toEqual({
      code: 'UNKNOWN_ERROR',
      message: expect.stringMatching(/no permission; let this user read and write there/) as string,
    });
  });

  test('a read-only volume', async ({ skip }) => {
    const folder = await volume(4000);
    if (folder === undefined) return skip('mounting a volume is not permitted here');
    const storage = sqliteStorage({ path: folder });
    await storage.set('key', new Uint8Array(1));
    await storage.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    expect((await failureAt(folder)).message).toMatch(/read-only/);
  });
});

/** Mounts what a program serves, which says that it is of a type; undefined where that is not permitted. */
async function servedFolder(type: string): Promise<string | undefined> {
  if (!isRoot || !existsSync('/dev/fuse')) return undefined;
  const folder = await temporaryFolder();
  const server = new Child(await buildChild(new URL('./fuse-child.ts', import.meta.url)), folder, type);
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return (await server.receive()) === 'mounted' ? folder : undefined;
}

describeWithSqlite('a file system that a program serves', () => {
  test('is refused when its files are elsewhere', async ({ skip }) => {
    const folder = await servedFolder('fuse.sshfs');
    if (folder === undefined) return skip('mounting such a file system is not permitted here');
    const error = await failureAt(folder);
    expect(error.message).toMatch(/network file system \(fuse\.sshfs\).*local disk, or redisStorage/);
  });

  test('is taken when it is known to be local', async ({ skip }) => {
    const folder = await servedFolder('fuse.bindfs');
    if (folder === undefined) return skip('mounting such a file system is not permitted here');
    // This one can make no files.
    expect((await rejection(testSqliteStorage(folder).get('key'))).message).toMatch(/ENOSYS/);
  });
});

describeWithSqlite('a file system that lets nobody write any more', () => {
  test('fails writes; nothing is lost, and it works again when it is mended', async ({ skip }) => {
    const folder = await temporaryFolder();
    const storage = testSqliteStorage(folder);
    await storage.set('before', new Uint8Array(1));
    const log = join(folder, `${FILE}-wal`);
    const mend = (): void => void spawnSync('chattr', ['-i', log]);
    onTestFinished(mend);
    if (spawnSync('chattr', ['+i', log]).status !== 0) return skip('chattr is not permitted here');
    const error = await rejection(storage.set('refused', new Uint8Array(1)));
    expect(error.code).toBe('UNKNOWN_ERROR');
    expect(error.message).toContain(folder);
    expect(await storage.get('before')).toEqual(new Uint8Array(1));
    expect(await storage.get('refused')).toBeUndefined();
    mend();
    await storage.set('after', new Uint8Array(1));
    expect(await keysOf(storage)).toEqual(['after', 'before']);
  });
});

describeWithSqlite('a file that cannot be used stays as it is', () => {
  const damages: Record<string, (file: string) => void> = {
    text: (file) => writeFileSync(file, 'something else\n'.repeat(100)),
    'zeros at its beginning': (file) => overwrite(file, 0, 4096, 0),
    'noise at its beginning': (file) => overwrite(file, 0, 8192, 0x5a),
    'its end cut off': (file) => truncateSync(file, 9000),
  };

  test.each(Object.keys(damages))('damaged: %s', async (damage) => {
    const { folder, file } = await closedStore();
    damages[damage]?.(file);
    const damaged = readFileSync(file);
    expect((await failureAt(folder)).message).toMatch(/restore it from a backup/);
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });

  test.each([
    ['a newer version', 'PRAGMA user_version = 3', /expected layout 2, got 3: it is of another version/],
    ['an earlier version', 'PRAGMA user_version = 1', /expected layout 2, got 1: it is of another version/],
    ['another application', 'PRAGMA application_id = 7', /another application.*choose another path/],
  ])('of %s', async (_, sql, message) => {
    const { folder, file } = await closedStore();
    const database = new (sqliteEngine().Database)(file, { timeout: 0 });
    database.exec(sql);
    database.close();
    const before = readFileSync(file);
    expect((await failureAt(folder)).message).toMatch(message);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describeWithSqlite('a file that is damaged in its middle', () => {
  test('gives no wrong value: records are whole, or the call says what to do; it stays as it is', async () => {
    const { folder, file } = await closedStore();
    overwrite(file, 16_384, statSync(file).size - 40_960, 0x5a);
    const damaged = readFileSync(file);
    const storage = testSqliteStorage(folder);
    const values = await Promise.all(
      Array.from({ length: 50 }, (_, i) => storage.get(`key ${i}`).catch((error: unknown) => error)),
    );
    const refused = values.filter((value) => !(value instanceof Uint8Array));
    expect(refused.length).toBeGreaterThan(5);
    for (const [i, value] of values.entries()) {
      if (value instanceof Uint8Array) expect(value).toEqual(new Uint8Array(3000).fill(i));
    }
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'UNKNOWN_ERROR',
        message: expect.stringMatching(
          /^Cannot read sqlite storage .*damaged; restore it from a backup/,
        ) as string,
      });
    }
    await storage.close();
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });
});

describeWithSqlite('checkSqliteStorage', () => {
  test('finds nothing in a sound store, and what is wrong in another', async () => {
    const { folder, file } = await closedStore();
    expect(await checkSqliteStorage({ path: folder })).toEqual([]);
    overwrite(file, statSync(file).size - 4096 * 3, 40, 0x5a);
    const faults = await checkSqliteStorage({ path: folder }).catch((error: unknown) => [String(error)]);
    expect(faults.length).toBeGreaterThan(0);
  });

  test('makes no store if there is none', async () => {
    const folder = await temporaryFolder();
    const error = await rejection(checkSqliteStorage({ path: folder }));
    expect(error.code).toBe('UNKNOWN_ERROR');
    expect(error.message).toContain(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describeWithSqlite('a store', () => {
  test('works again once the fault is mended, and tells those who subscribed before', async () => {
    const path = join(await temporaryFolder(), 'place');
    writeFileSync(path, '');
    const storage = testSqliteStorage(path);
    const notice = new Promise((resolve) => storage.subscribe(resolve));
    expect((await rejection(storage.get('key'))).code).toBe('UNKNOWN_ERROR');
    execFileSync('rm', [path]);
    expect(await storage.get('key')).toBeUndefined();
    await testSqliteStorage(path).set('key', new Uint8Array(1));
    expect(await notice).toEqual(['key']);
  });

  test('on a full disk: clear errors, nothing stored is lost, and it works again when there is room', async ({
    skip,
  }) => {
    const folder = await volume(3000);
    if (folder === undefined) return skip('mounting a volume is not permitted here');
    const child = new Child(await childScript(), 'fill', `sqlite:${join(folder, 'store')}`);
    const full = { code: 'UNKNOWN_ERROR', message: expect.stringContaining('the volume is full') as string };
    expect(await child.receive()).toEqual(full);
    expect(await child.receive()).toEqual(full);
    const { stored, intact } = (await child.receive()) as { stored: number; intact: number };
    expect(stored).toBeGreaterThan(5);
    expect(intact).toBe(stored);
    expect(await child.receive()).toBe('works again');
    await child.done();
  });

  test('has files for their owner alone', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'below');
    const storage = testSqliteStorage(folder);
    await storage.set('key', new Uint8Array(1));
    await storage.sealingKey?.();
    const files = readdirSync(folder).sort();
    expect(files).toEqual([FILE, `${FILE}-shm`, `${FILE}-wal`, 'sealing.key']);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of files)
      expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
  });
});

describeWithSqlite('loading SQLite', () => {
  test('prints no warning, although Node 22 has one for it', async () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [await childScript(), 'idle', `sqlite:${await temporaryFolder()}`],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('keeps back no other warning', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    sqliteEngine();
    process.emitWarning('of something else', 'ExperimentalWarning');
    expect(await warned).toMatchObject({ message: 'of something else' });
  });
});
