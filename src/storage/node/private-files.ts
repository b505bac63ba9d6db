/**
 * Checks that files and folders are private to this user. Anybody else who could write there could put their own key in
 * place, or an older record. The owner could do so at any time.
 *
 * Folders above are not checked. Users who may write there can move a folder away, but can't create one that passes for
 * this user's: nothing of theirs is accepted, and nothing is revealed to them.
 *
 * Windows has neither owners nor modes of this kind. There, the user's own folder protects its contents.
 *
 * @module
 */

import { constants, type Stats } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { failure, PowerAuthErrorCode, type PowerAuthError } from '../../errors.ts';

const hasOwners = process.platform !== 'win32';
const ROOT = 0;

/** Bits of a mode that let others read or write. */
const OTHERS_READ_OR_WRITE = 0o077;
const OTHERS_WRITE = 0o022;

/**
 * Refuses a folder that belongs to a user other than this one or root, or that others may write to. A link to a folder
 * counts as the folder it leads to.
 *
 * @param what the folder is, for the message
 * @throws UNKNOWN_ERROR that names the remedy; what `stat` throws
 */
export async function assertPrivateFolder(what: string, folder: string): Promise<void> {
  const stats = await stat(folder);
  if (!hasOwners) return;
  assertOwner(what, folder, stats);
  if ((stats.mode & OTHERS_WRITE) !== 0) {
    throw refusal(
      what,
      folder,
      `others may write there (mode 0${octal(stats)}), and could put something else in place; run chmod go-w ${folder}, or choose a folder below it, which is created for this user alone`,
    );
  }
}

/**
 * Opens a file for reading. Refuses a link, anything that isn't a file, a file that belongs to a user other than this
 * one or root, and a file that others may read or write. The checks apply to the file that was opened.
 *
 * @throws UNKNOWN_ERROR that names the remedy; what `open` throws
 */
export async function openPrivateFile(what: string, path: string): Promise<FileHandle> {
  // Windows can't be told not to follow links.
  if (!hasOwners) assertFile(what, path, await lstat(path));
  let handle: FileHandle;
  try {
    // Not blocking, because opening a pipe waits for its other end.
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW || 0) | (constants.O_NONBLOCK || 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') assertFile(what, path, await lstat(path));
    throw error;
  }
  try {
    assertPrivate(what, path, await handle.stat(), OTHERS_READ_OR_WRITE);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The same for a file that must not be opened here, may be missing, and may be read by others.
 *
 * @throws UNKNOWN_ERROR that names the remedy; what `lstat` throws
 */
export async function assertPrivateFile(what: string, path: string): Promise<void> {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  assertPrivate(what, path, stats, OTHERS_WRITE);
}

function assertPrivate(what: string, path: string, stats: Stats, forbidden: number): void {
  assertFile(what, path, stats);
  if (!hasOwners) return;
  assertOwner(what, path, stats);
  if ((stats.mode & forbidden) === 0) return;
  throw refusal(what, path, `others may read or change it (mode 0${octal(stats)}); run chmod 600 ${path}`);
}

function assertFile(what: string, path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) {
    throw refusal(
      what,
      path,
      'expected a file, got a symbolic link, whose target somebody else may know or change; put the file itself there',
    );
  }
  if (!stats.isFile()) throw refusal(what, path, 'this is not a file; move it away, or choose another path');
}

function assertOwner(what: string, path: string, { uid }: Stats): void {
  // Root can do everything anyway, and volumes of containers often belong to root.
  const me = process.geteuid?.() ?? uid;
  if (uid === me || uid === ROOT) return;
  throw refusal(
    what,
    path,
    `it belongs to another user (uid ${uid}, this is ${me}), who can replace it and may know its contents; choose another folder, or, if nobody else has touched it, run chown ${me} ${path}`,
  );
}

const octal = ({ mode }: Stats): string => (mode & 0o777).toString(8);

function refusal(what: string, path: string, reason: string): PowerAuthError {
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, `${what} ${path}: ${reason}`);
}
