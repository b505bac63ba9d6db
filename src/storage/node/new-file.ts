/**
 * Creates a new file completely or not at all, even if a process dies or another one creates the same file.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, syncFoldersAbove } from './sync-folder.ts';

/** The suffix of an incomplete file that a process left behind when it died. */
export const LEFT_OVER = /^\.[0-9a-f-]{36}\.tmp$/;

/**
 * Creates a file (mode 0600) unless it exists, and makes it and the folders above it durable. The content is written
 * under another name, which becomes the file's only when it is complete. Of several processes that do this at once, one
 * succeeds, and the others leave its file alone.
 *
 * @param path its folder must exist
 * @param content belongs to the caller, who must wipe it
 * @throws what the file system throws, except EEXIST
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
