/**
 * Makes the names of files and folders outlive a power cut. A file's own synchronisation covers its content; its name
 * belongs to the folder that it is in.
 *
 * @module
 */

import { open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a folder says that may not be read, or whose file system has no such call. It was there before. */
const FOREIGN = new Set<unknown>(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP']);

/** Writes the folder's entries to the disk. */
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
 * Writes the entries of all folders above to the disk: any of them may have been made a moment ago, perhaps by another
 * process that hasn't done so yet. To be called before the first file in `folder` gets its name.
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
