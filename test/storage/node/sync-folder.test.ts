import { mkdir, open, symlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fstatSync, realpathSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { syncFolder, syncFoldersAbove } from '../../../src/storage/node/sync-folder.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

const idOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev}:${ino}`;

/** What a closed handle has for a descriptor. */
const CLOSED = -1;

/** A call that synchronises. */
interface Synced {
  /** Which file or folder it was. */
  readonly id: string;
  readonly handle: FileHandle;
}

describe.runIf(process.platform !== 'win32')('on a disk', () => {
  let handles: FileHandle;
  beforeAll(async () => {
    const handle = await open('.', 'r');
    handles = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
  });

  /** The folders that are synchronised from now on; `fail` makes the call of one of them fail. */
  function watchSyncs(fail?: { readonly at: string; readonly code: string }): Synced[] {
    const synced: Synced[] = [];
    vi.spyOn(handles, 'sync').mockImplementation(function (this: FileHandle) {
      const id = idOf(fstatSync(this.fd));
      synced.push({ id, handle: this });
      return fail !== undefined && id === idOf(statSync(fail.at))
        ? Promise.reject(Object.assign(new Error('sync'), { code: fail.code }))
        : Promise.resolve();
    });
    return synced;
  }

  test('a folder is synchronised itself, and its handle is closed', async () => {
    const folder = await temporaryFolder();
    const synced = watchSyncs();
    await syncFolder(folder);
    expect(synced.map(({ id }) => id)).toEqual([idOf(statSync(folder))]);
    expect(synced[0]?.handle.fd).toBe(CLOSED);
  });

  test('a folder that cannot be synchronised is told, and its handle is closed', async () => {
    const folder = await temporaryFolder();
    const synced = watchSyncs({ at: folder, code: 'EIO' });
    await expect(syncFolder(folder)).rejects.toMatchObject({ code: 'EIO' });
    expect(synced[0]?.handle.fd).toBe(CLOSED);
    await expect(syncFolder(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('all folders above are, from the nearest to the root, and not the folder itself', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    await mkdir(folder, { recursive: true });
    const synced = watchSyncs();
    await syncFoldersAbove(folder);
    const above: string[] = [];
    for (let path = realpathSync(folder); path !== dirname(path);) {
      path = dirname(path);
      above.push(idOf(statSync(path)));
    }
    expect(synced.map(({ id }) => id)).toEqual(above);
  });

  test('they are those of the real path, whatever the links to it', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real', 'store'), { recursive: true });
    await symlink(join(folder, 'real', 'store'), join(folder, 'link'));
    const synced = watchSyncs();
    await syncFoldersAbove(join(folder, 'link'));
    expect(synced[0]?.id).toBe(idOf(statSync(join(folder, 'real'))));
  });

  test.each(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'])(
    'a folder above that fails with %s was there before: those above it are still synchronised',
    async (code) => {
      const folder = join(await temporaryFolder(), 'a', 'b');
      await mkdir(folder, { recursive: true });
      const synced = watchSyncs({ at: dirname(folder), code });
      await syncFoldersAbove(folder);
      expect(synced.length).toBeGreaterThan(2);
    },
  );

  test('a folder above whose disk fails is told', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    await mkdir(folder, { recursive: true });
    watchSyncs({ at: dirname(folder), code: 'EIO' });
    await expect(syncFoldersAbove(folder)).rejects.toMatchObject({ code: 'EIO' });
  });
});

test('Windows has no such call, and is asked for none', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  await syncFolder('/nowhere/at/all');
});
