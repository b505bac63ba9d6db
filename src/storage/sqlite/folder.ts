/**
 * Makes the folder of a store ready.
 *
 * The database file is never opened here, and must not be opened anywhere but by SQLite: its locks are POSIX advisory
 * locks, which the system drops as soon as the process closes any descriptor of the file.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertPrivateFile, assertPrivateFolder } from '../private-files.ts';
import { syncFoldersAbove } from '../sync-folder.ts';
import { sqliteFailure, unusableFile } from './failure.ts';

/** The database, in its folder; SQLite keeps `-wal` and `-shm` beside it. */
const FILE_NAME = 'powerauth.db';

/** What a new store needs at least, in bytes. */
const MINIMAL_SPACE = 262_144;

/** File systems whose files are elsewhere, by the numbers of Linux's statfs(2). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x01021997: '9P',
  0x5346414f: 'AFS',
  0x00c36400: 'Ceph',
  0x73757245: 'Coda',
  0x0bd00bd0: 'Lustre',
  0x786f4256: 'a VirtualBox shared folder',
};

/** Where a store is. */
export interface Place {
  /** Path of the database file. */
  readonly file: string;
  /** Who the folder is: the same for each path to it. */
  readonly id: string;
}

/** The name of a network file system, by the `type` that statfs tells; undefined for others. */
export function networkFileSystem(type: number): string | undefined {
  // 32 bits, which some systems give as a negative number.
  return process.platform === 'linux' ? NETWORK_FILE_SYSTEMS[type >>> 0] : undefined;
}

/**
 * Makes the folder (mode 0700) and an empty database file (0600) where they are missing, and looks whether they can be
 * used.
 *
 * @throws UNKNOWN_ERROR that names path and remedy
 */
export async function prepareFolder(folder: string): Promise<Place> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await assertPrivateFolder('Folder of the storage', folder);
    const { type, bavail, bsize } = await statfs(folder);
    const network = networkFileSystem(type);
    if (network !== undefined) {
      throw unusableFile(
        folder,
        `it is on a network file system (${network}), where the processes can't share memory`,
        'choose a path on a local disk, or redisStorage',
      );
    }
    const file = join(folder, FILE_NAME);
    const files = [file, `${file}-wal`, `${file}-shm`];
    for (const name of files) await assertPrivateFile('File of the storage', name);
    const isNew = await createFile(file, bavail * bsize);
    const { mode } = await stat(file);
    if (!isNew && (mode & constants.S_IFMT) !== constants.S_IFREG) {
      throw unusableFile(file, 'this is not a file', 'move it away, or choose another path');
    }
    for (const name of files) {
      await access(name, constants.R_OK | constants.W_OK).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    }
    const { dev, ino } = await stat(folder, { bigint: true });
    return { file, id: `${dev}:${ino}` };
  } catch (error) {
    throw sqliteFailure('open', folder, error);
  }
}

/** Refuses a folder without a store, for what must not make one. */
export async function assertStore(folder: string): Promise<void> {
  try {
    await stat(join(folder, FILE_NAME));
  } catch (error) {
    throw sqliteFailure('open', folder, error);
  }
}

/** True when it made the file: empty, and under its name only after its descriptor was closed. */
async function createFile(path: string, space: number): Promise<boolean> {
  if (await exists(path)) return false;
  if (space < MINIMAL_SPACE) {
    throw Object.assign(new Error(`${space} bytes are left on the volume`), { code: 'ENOSPC' });
  }
  await syncFoldersAbove(dirname(path));
  const temporary = `${path}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  await handle.close();
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
