/**
 * Makes an LMDB folder ready, and looks at what is there, before LMDB opens it: lmdb-js answers a file that is none of
 * its own, and a lock file that does not fit on the disk any more, with the end of the process (SIGSEGV, SIGBUS).
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { access, link, mkdir, open, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { damagedFile, fileFailure } from './file-failure.ts';
import { faultOf } from './lmdb-inspection.ts';
import { assertPrivateFile, assertPrivateFolder } from './private-files.ts';

/** A new lock file: room for 1000 readers, one for each thread that reads. */
const LOCK_FILE_LENGTH = 65_536;

/** What a new store needs at least, in bytes. */
const MINIMAL_SPACE = 1_048_576;

async function statIfThere(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the folder's entries to the disk, so that new files outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call, and does not need it.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes the folder (mode 0700) where it is missing, and its lock file (0600); then looks whether LMDB can open it.
 *
 * @returns who the folder is: the same for each path to it
 * @throws UNKNOWN_ERROR that names path and remedy
 */
export async function prepareFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await assertPrivateFolder('Folder of the storage', folder);
    for (const name of ['lock.mdb', 'data.mdb'])
      await assertPrivateFile('File of the storage', join(folder, name));
    await prepareLockFile(folder);
    await prepareDataFile(folder);
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    throw fileFailure('open lmdb storage', folder, error);
  }
}

/**
 * LMDB makes its lock file with a hole in it, and touches the hole later: on a full disk, that ends the process. So it
 * finds one without holes. An existing one is neither opened nor changed: closing it would let go of LMDB's locks.
 */
async function prepareLockFile(folder: string): Promise<void> {
  const path = join(folder, 'lock.mdb');
  if ((await statIfThere(path)) !== undefined) return access(path, constants.R_OK | constants.W_OK);
  const temporary = join(folder, `lock.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(new Uint8Array(LOCK_FILE_LENGTH));
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Fails where another process was faster, and may use its file already.
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
}

async function prepareDataFile(folder: string): Promise<void> {
  const path = join(folder, 'data.mdb');
  const file = await statIfThere(path);
  if (file !== undefined) await access(path, constants.R_OK | constants.W_OK);
  if (file === undefined || file.size === 0n) {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize >= MINIMAL_SPACE) return;
    throw Object.assign(new Error(`${bavail * bsize} bytes are left on the volume`), { code: 'ENOSPC' });
  }
  // Another process may be writing just what is looked at.
  for (let attempt = 1; ; attempt++) {
    const fault = await faultOf(path);
    if (fault === undefined) return;
    if (attempt === 3) throw damagedFile(path, fault);
    await sleep(20);
  }
}
