/**
 * Files and folders of this user alone. Whoever else could write there could put a key of their own in place, or an older
 * record; whoever owns them can do so at any time.
 *
 * Folders above are not looked at. Those who may write there can move a folder away, but can't make another one that passes
 * for this user's: nothing of theirs is ever taken, and nothing is told to them.
 *
 * Windows has neither owners nor modes of this kind. There the user's own folder protects what is in it.
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
 * Refuses a folder that belongs to another user than this one or root, or that others may write. A link to one counts as
 * what it leads to.
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
      `others may write there (mode 0${octal(stats)}), and could put something else in place; run chmod go-w ${folder}, or choose a folder below it, which is made for this user alone`,
    );
  }
}

/**
 * Opens a file to be read, and refuses one that is a link, no file, or another user's than this one's or root's, or that
 * others may read or write. What is looked at is what was opened.
 *
 * @throws UNKNOWN_ERROR that names the remedy; what `open` throws
 */
export async function openPrivateFile(what: string, path: string): Promise<FileHandle> {
  // Windows can't be told not to follow links.
  if (!hasOwners) assertFile(what, path, await lstat(path));
  let handle: FileHandle;
  try {
    // Not blocking, because whoever opens a pipe waits for its other end.
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
 * The same for a file that must not be opened here, may not be there, and may be read by others.
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
      'expected a file, got a symbolic link, which may lead to what somebody else knows or changes; put the file itself there',
    );
  }
  if (!stats.isFile()) throw refusal(what, path, 'this is not a file; move it away, or choose another path');
}

function assertOwner(what: string, path: string, { uid }: Stats): void {
  // Root can do everything anyway; and volumes of containers often are root's.
  const me = process.geteuid?.() ?? uid;
  if (uid === me || uid === ROOT) return;
  throw refusal(
    what,
    path,
    `it belongs to another user (uid ${uid}, this is ${me}), who can replace it and may know what is in it; choose another folder, or, if nobody else has had a hand in it, run chown ${me} ${path}`,
  );
}

const octal = ({ mode }: Stats): string => (mode & 0o777).toString(8);

function refusal(what: string, path: string, reason: string): PowerAuthError {
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, `${what} ${path}: ${reason}`);
}
