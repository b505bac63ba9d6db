/**
 * Turns file failures into errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';

/** The remedies, by the code of the error. */
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
  EISDIR: 'expected a file, got a folder; move it away',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENFILE: 'too many open files; raise the limit',
  EIO: 'the volume is full, or the disk is failing; free some space, or check the disk',
  DAMAGED:
    'the file is damaged; restore it from a backup, or move the folder away to start with an empty one',
};

/**
 * The error for a file or folder that failed.
 *
 * @param what failed, such as `open sqlite storage`
 * @param cause an error whose `code` is one of Node's, such as ENOSPC, or DAMAGED
 * @returns UNKNOWN_ERROR that names the path and the remedy; a PowerAuthError is returned unchanged
 */
export function fileFailure(what: string, path: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const { code } = (cause ?? {}) as { code?: unknown };
  const reason = cause instanceof Error ? cause.message : String(cause);
  const remedy = typeof code === 'string' && Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : reason;
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, `Cannot ${what} ${path}: ${remedy}`, { cause });
}
