/**
 * Failures of files and of LMDB as errors that say what to do.
 *
 * @module
 */

import { getSystemErrorName } from 'node:util';
import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';

/** What helps, by the name of the error. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the volume is full; free some space on it',
  EDQUOT: 'the quota is used up; free some space',
  EACCES:
    'no permission; let this user read and write there (folders 0700, files 0600), or choose another path',
  EPERM:
    'no permission; let this user read and write there (folders 0700, files 0600), or choose another path',
  EROFS: 'the volume is read-only; choose another path',
  ENOTDIR: 'a part of the path is a file; choose another path',
  EEXIST: 'a part of the path is a file; choose another path',
  ENOENT: 'there is none; look at the path',
  EISDIR: 'a file is expected and a folder is there; move it away',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENFILE: 'too many open files; raise the limit',
  // LMDB's name for a write that was cut short, too.
  EIO: 'the volume is full, or the disk fails; free some space, or see to the disk',
  DAMAGED:
    'the file is damaged; restore it from a backup, or move the folder away to begin with an empty one',
  MDB_READERS_FULL: 'too many processes and threads use it at once',
  ERR_MODULE_NOT_FOUND: 'install the package lmdb, or choose another storage',
};

/** Codes of LMDB itself, which are the same everywhere. */
const LMDB_ERRORS: Readonly<Record<number, string>> = {
  [-30797]: 'DAMAGED', // MDB_PAGE_NOTFOUND
  [-30796]: 'DAMAGED', // MDB_CORRUPTED
  [-30795]: 'DAMAGED', // MDB_PANIC
  [-30794]: 'DAMAGED', // MDB_VERSION_MISMATCH
  [-30793]: 'DAMAGED', // MDB_INVALID
  [-30790]: 'MDB_READERS_FULL',
};

/** `ENOSPC` and the like; LMDB gives numbers, Node strings. */
function nameOf(cause: unknown): string | undefined {
  const { code } = (cause ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  if (typeof code !== 'number') return undefined;
  // Windows has numbers of its own.
  if (code > 0 && process.platform !== 'win32') return getSystemErrorName(-code);
  return LMDB_ERRORS[code];
}

/**
 * The error for a file or folder that failed.
 *
 * @param what could not be done, as in `open lmdb storage`
 * @returns UNKNOWN_ERROR that names the path and the remedy; a PowerAuthError is given back as it is
 */
export function fileFailure(what: string, path: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const name = nameOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const remedy = (name === undefined ? undefined : REMEDIES[name]) ?? reason;
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, `Cannot ${what} ${path}: ${remedy}`, { cause });
}

/** A file whose content cannot be used, found by looking at it. */
export function damagedFile(path: string, found: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Cannot open lmdb storage ${path}: ${found}; restore it from a backup, or move the folder away to begin with an empty one`,
  );
}
