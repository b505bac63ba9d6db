import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOrCreateKeyFile } from '../../../../src/storage/node/key-file.ts';
import { prepareFolder } from '../../../../src/storage/sqlite/folder.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';

/** Without root nobody can give a file to another user, or become one. */
const isRoot = process.geteuid?.() === 0;
const [NOBODY, SOMEBODY] = [65_534, 1234];

/** What opens the same folder: the key file, and the drivers that keep it beside their own files. */
const openers: [name: string, file: string, open: (folder: string) => Promise<unknown>][] = [
  ['key file', 'sealing.key', readOrCreateKeyFile],
  ['sqlite', 'powerauth.db', prepareFolder],
];

/** Does something as another user. */
async function as<T>(uid: number, action: () => Promise<T>): Promise<T> {
  process.seteuid?.(uid);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder with that mode and owner in which anybody may look for others. */
async function folderOf(uid: number, mode: number): Promise<string> {
  const above = await temporaryFolder();
  chmodSync(above, 0o755);
  const folder = join(above, 'data');
  mkdirSync(folder);
  chownSync(folder, uid, uid);
  chmodSync(folder, mode);
  return folder;
}

async function expectRefusal(opened: Promise<unknown>, ...words: string[]): Promise<void> {
  const error = await rejection(opened);
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
  for (const word of words) expect(error.message).toContain(word);
}

describe.runIf(process.platform !== 'win32').each(openers)('%s', (_, name, open) => {
  const me = process.geteuid?.() ?? 0;

  test.each([0o777, 0o770, 0o720, 0o702, 0o1777])('a folder of mode %o', async (mode) => {
    const folder = await folderOf(me, mode);
    await expectRefusal(open(folder), folder, 'others may write there', `chmod go-w ${folder}`);
    chmodSync(folder, mode & 0o755);
    await open(folder);
  });

  test('a folder of mode 1777 in which there is another one, made by it', async () => {
    const folder = await folderOf(me, 0o1777);
    await open(join(folder, 'mine'));
  });

  test('a file that others may write', async () => {
    const folder = await folderOf(me, 0o755);
    await open(folder);
    chmodSync(join(folder, name), 0o622);
    await expectRefusal(open(folder), `chmod 600 ${join(folder, name)}`);
  });

  test.each(['something', 'nothing'])('a symbolic link to %s', async (target) => {
    const folder = await folderOf(me, 0o700);
    const elsewhere = await temporaryFolder();
    writeFileSync(join(elsewhere, 'something'), randomBytes(32), { mode: 0o600 });
    symlinkSync(join(elsewhere, target), join(folder, name));
    await expectRefusal(open(folder), join(folder, name), 'expected a file, got a symbolic link');
  });

  test('a pipe, and it waits for nobody', async () => {
    const folder = await folderOf(me, 0o700);
    execFileSync('mkfifo', ['-m', '600', join(folder, name)]);
    await expectRefusal(open(folder), join(folder, name), 'file');
  });

  test.runIf(isRoot)('another user’s folder', async () => {
    const folder = await folderOf(NOBODY, 0o700);
    await expectRefusal(open(folder), folder, `uid ${NOBODY}, this is 0`, `chown 0 ${folder}`);
    chmodSync(folder, 0o755);
    await as(SOMEBODY, () => expectRefusal(open(folder), folder));
  });

  test.runIf(isRoot)('another user’s file', async () => {
    const folder = await folderOf(0, 0o700);
    await open(folder);
    const file = join(folder, name);
    const before = readFileSync(file);
    chownSync(file, NOBODY, NOBODY);
    await expectRefusal(open(folder), file, `uid ${NOBODY}, this is 0`, `chown 0 ${file}`);
    expect(readFileSync(file)).toEqual(before);
    chownSync(file, 0, 0);
    await open(folder);
  });

  test.runIf(isRoot)('one’s own folder, for a user who is not root', async () => {
    const folder = await folderOf(NOBODY, 0o700);
    await as(NOBODY, () => open(folder));
    await as(NOBODY, () => open(folder));
  });
});

test.runIf(isRoot)('a key of a user in a folder of root’s, as in a container, is taken', async () => {
  const folder = await folderOf(0, 0o755);
  const file = join(folder, 'sealing.key');
  writeFileSync(file, randomBytes(32), { mode: 0o600 });
  chownSync(file, NOBODY, NOBODY);
  await as(NOBODY, () => readOrCreateKeyFile(folder));
});
