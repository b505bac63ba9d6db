/**
 * Makes the folder of a store ready.
 *
 * The database file is never opened here, and must not be opened anywhere but by SQLite: its locks are POSIX advisory
 * locks, which the system drops as soon as the process closes any descriptor of the file.
 *
 * @module
 */

import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../node/make-folder.ts';
import { makeNewFile } from '../node/new-file.ts';
import { assertPrivateFile, assertPrivateFolder } from '../node/private-files.ts';
import { sqliteFailure, unusableFile } from './failure.ts';
import { assertLocal } from './file-systems.ts';

/** The database, in its folder; SQLite keeps `-wal` and `-shm` beside it. */
const FILE_NAME = 'powerauth.db';

/** What a new store needs at least, in bytes. */
const MINIMAL_SPACE = 262_144;

/** Where a store is. */
export interface Place {
  /** Path of the database file. */
  readonly file: string;
  /** Which file it is: the same for each path to it, and another one once it was replaced. */
  readonly id: string;
}

/**
 * Makes the folder (mode 0700) and an empty database file (0600) where they are missing, and looks whether they can be
 * used.
 *
 * @throws UNKNOWN_ERROR that names path and remedy
 */
export async function prepareFolder(folder: string): Promise<Place> {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await assertPrivateFolder('Folder of the storage', folder);
    await assertLocal(folder);
    const file = join(folder, FILE_NAME);
    const files = [file, `${file}-wal`, `${file}-shm`];
    for (const name of files) await assertPrivateFile('File of the storage', name);
    await createFile(file);
    for (const name of files) {
      await access(name, constants.R_OK | constants.W_OK).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    }
    const { dev, ino } = await stat(file, { bigint: true });
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

/** Makes the file where it is missing: empty, and under its name only after its descriptor was closed. */
async function createFile(path: string): Promise<void> {
  // Looked for first: whoever makes them has made the file before.
  const left = await firstOf([`${path}-wal`, `${path}-shm`]);
  if (await exists(path)) return;
  if (left !== undefined) {
    throw unusableFile(
      path,
      `there is none, although ${left} is left of it: it was deleted, and may be in use`,
      'put it back, or end those who use it and delete what is left, to begin with an empty one',
    );
  }
  const { bavail, bsize } = await statfs(dirname(path));
  const space = bavail * bsize;
  if (space < MINIMAL_SPACE) {
    throw Object.assign(new Error(`${space} bytes are left on the volume`), { code: 'ENOSPC' });
  }
  // Durable before SQLite makes its own files: after a power cut they must not be there without this one.
  await makeNewFile(path);
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
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
