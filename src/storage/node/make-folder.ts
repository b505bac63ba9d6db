/**
 * Creates a folder for secrets.
 *
 * @module
 */

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates the folder, and the folders above it, if they are missing, with mode 0700. It creates them one by one,
 * because Node's `recursive` never ends if nothing can be created in an existing folder, as in /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  if ((await kindOf(folder)) === 'folder') return;
  const above = dirname(folder);
  if (above !== folder && (await kindOf(above)) === undefined) await makeFolder(above);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it first.
    if ((await kindOf(folder)) !== 'folder') throw error;
  }
}

/** Undefined if nothing is there. */
async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
