/**
 * Makes the names of files and folders survive a power cut. Synchronising a file covers only its content; its name
 * belongs to its folder.
 *
 * @module
 */

import { open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Error codes of a folder that this user may not read, or whose file system has no such call. Such a folder existed
 * before.
 */
const FOREIGN = new Set<unknown>(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP']);

/** Writes the folder's entries to the disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call, and doesn't need one.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes the entries of all folders above to the disk: any of them may have been created a moment ago, perhaps by
 * another process that hasn't done so yet. Call this before the first file in `folder` gets its name.
 */
export async function syncFoldersAbove(folder: string): Promise<void> {
  let path = await realpath(folder);
  while (path !== dirname(path)) {
    path = dirname(path);
    try {
      await syncFolder(path);
    } catch (error) {
      if (!FOREIGN.has((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
}
