/**
 * Prepares the folder of a store.
 *
 * The database file is never opened here, and only SQLite may open it: its locks are POSIX advisory locks, which the
 * system drops as soon as the process closes any descriptor of the file.
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

/** The place of a store. */
export interface Place {
  /** Path of the database file. */
  readonly file: string;
  /** Identifies the file: the same for each path to it, and different once the file was replaced. */
  readonly id: string;
}

/**
 * Creates the folder (mode 0700) and an empty database file (0600) if they are missing, and checks that they can be
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

/** Refuses a folder without a store, for callers that must not create one. */
export async function assertStore(folder: string): Promise<void> {
  try {
    await stat(join(folder, FILE_NAME));
  } catch (error) {
    throw sqliteFailure('open', folder, error);
  }
}

/** Creates the file, empty, if it is missing. It gets its name only after its descriptor was closed. */
async function createFile(path: string): Promise<void> {
  // Checked first: these files are only created after the database file.
  const left = await firstOf([`${path}-wal`, `${path}-shm`]);
  if (await exists(path)) return;
  if (left !== undefined) {
    throw unusableFile(
      path,
      `there is none, although ${left} is left of it: it was deleted, and may be in use`,
      'put it back, or end the processes that use it and delete what is left, to start with an empty one',
    );
  }
  const { bavail, bsize } = await statfs(dirname(path));
  const space = bavail * bsize;
  if (space < MINIMAL_SPACE) {
    throw Object.assign(new Error(`${space} bytes are left on the volume`), { code: 'ENOSPC' });
  }
  // Durable before SQLite creates its own files: after a power cut they must not exist without this one.
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
