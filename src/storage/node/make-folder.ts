/**
 * Makes a folder for secrets.
 *
 * @module
 */

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes the folder, and those above it, where they are missing, with mode 0700. One by one: the `recursive` of Node never
 * ends where nothing can be made in a folder that is there, as in /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  if ((await kindOf(folder)) === 'folder') return;
  const above = dirname(folder);
  if (above !== folder && (await kindOf(above)) === undefined) await makeFolder(above);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if ((await kindOf(folder)) !== 'folder') throw error;
  }
}

/** Undefined where nothing is. */
async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
