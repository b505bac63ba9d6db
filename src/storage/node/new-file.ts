/**
 * A new file: whole or not at all, whoever dies and whoever else makes the same one.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, syncFoldersAbove } from './sync-folder.ts';

/** What follows the name of a file in the name of a part of it that a process left when it died. */
export const LEFT_OVER = /^\.[0-9a-f-]{36}\.tmp$/;

/**
 * Makes a file (mode 0600) unless there is one, and makes it and the folders above it durable. The content is written under
 * another name, which becomes the file's only when it is complete. Of several processes that do this at once, one succeeds,
 * and the others leave its file alone.
 *
 * @param path its folder must exist
 * @param content belongs to the caller, who must wipe it
 * @throws what the file system throws, but for EEXIST
 */
export async function makeNewFile(path: string, content?: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await syncFoldersAbove(folder);
  const temporary = `${path}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      if (content !== undefined) {
        await handle.writeFile(content);
        await handle.sync();
      }
    } finally {
      await handle.close();
    }
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
}
