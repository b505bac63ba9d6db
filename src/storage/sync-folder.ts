/**
 * Makes a folder's entries durable.
 *
 * @module
 */

import { open } from 'node:fs/promises';

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
