/**
 * Turns failures of SQLite into errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';
import { fileFailure } from '../node/file-failure.ts';

/** Primary result codes of SQLite, see sqlite.org/rescode.html. */
const BUSY = 5;
const LOCKED = 6;
const PROTOCOL = 15;

/** The name of each code for {@link fileFailure}. */
const NAMES: Readonly<Record<number, string>> = {
  3: 'EACCES', // SQLITE_PERM
  8: 'EACCES', // SQLITE_READONLY
  10: 'EIO', // SQLITE_IOERR
  11: 'DAMAGED', // SQLITE_CORRUPT
  13: 'ENOSPC', // SQLITE_FULL
  14: 'EACCES', // SQLITE_CANTOPEN
  26: 'DAMAGED', // SQLITE_NOTADB
};

/** Codes by better-sqlite3's names, and by SQLite's messages, which are all that Deno reports. */
const SIGNS: readonly (readonly [RegExp, number])[] = [
  [/^SQLITE_BUSY|database is locked/, BUSY],
  [/^SQLITE_LOCKED|database table is locked/, LOCKED],
  [/^SQLITE_PROTOCOL|locking protocol/, PROTOCOL],
  [/^SQLITE_PERM|access permission denied/, 3],
  [/^SQLITE_READONLY|attempt to write a readonly database/, 8],
  [/^SQLITE_IOERR|disk I\/O error/, 10],
  [/^SQLITE_CORRUPT|database disk image is malformed/, 11],
  [/^SQLITE_FULL|database or disk is full/, 13],
  [/^SQLITE_CANTOPEN|unable to open database file/, 14],
  [/^SQLITE_NOTADB|file is not a database/, 26],
];

/** The primary result code of an error from SQLite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode, code, message } = (error ?? {}) as Record<string, unknown>;
  // Extended codes carry the primary one in their lowest byte.
  if (typeof errcode === 'number') return errcode & 0xff;
  if (typeof code !== 'string' || !code.includes('SQLITE_')) return undefined;
  return SIGNS.find(([sign]) => sign.test(code) || sign.test(String(message)))?.[1];
}

/** True if somebody else holds a lock that is needed, so it is worth trying again. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/**
 * The error for a store that failed.
 *
 * @param what failed, such as `open`
 * @returns UNKNOWN_ERROR that names the path and the remedy; a PowerAuthError is returned unchanged
 */
export function sqliteFailure(what: string, path: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const code = sqliteCode(cause);
  const name = code === undefined ? undefined : NAMES[code];
  const told =
    name === undefined
      ? cause
      : Object.assign(new Error((cause as Error).message, { cause }), { code: name });
  return fileFailure(`${what} sqlite storage`, path, told);
}

/** The error for content that is sound for SQLite, but that no store has. */
export function damagedStore(found: string): Error {
  return Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' });
}

/** The error for a file that isn't a store of this package, or can't be read as one. */
export function unusableFile(path: string, found: string, remedy: string): PowerAuthError {
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, `Cannot open sqlite storage ${path}: ${found}; ${remedy}`);
}
