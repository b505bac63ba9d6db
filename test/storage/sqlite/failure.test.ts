import { describe, expect, test } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../../src/errors.ts';
import {
  damagedStore,
  isBusy,
  sqliteCode,
  sqliteFailure,
  unusableFile,
} from '../../../src/storage/sqlite/failure.ts';
import { error } from '../../helpers/error.ts';

const { UNKNOWN_ERROR, WRONG_PARAMETER } = PowerAuthErrorCode;

/** Errors of one result code as node:sqlite, better-sqlite3 and Deno give them. */
function errorsOf(errcode: number, name: string, message: string): Error[] {
  return [
    Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode, errstr: message }),
    Object.assign(new Error('a message of its own'), { code: name }),
    Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR' }),
  ];
}

/** What SQLite says: code, name, message, and what the user reads. */
const CODES: readonly (readonly [number, string, string, RegExp])[] = [
  [3, 'SQLITE_PERM', 'access permission denied', /no permission/],
  [5, 'SQLITE_BUSY', 'database is locked', /database is locked|a message of its own/],
  [6, 'SQLITE_LOCKED', 'database table is locked', /database table is locked|a message of its own/],
  [8, 'SQLITE_READONLY', 'attempt to write a readonly database', /no permission/],
  [10, 'SQLITE_IOERR', 'disk I/O error', /disk/],
  [11, 'SQLITE_CORRUPT', 'database disk image is malformed', /damaged/],
  [13, 'SQLITE_FULL', 'database or disk is full', /the volume is full/],
  [14, 'SQLITE_CANTOPEN', 'unable to open database file', /no permission/],
  [15, 'SQLITE_PROTOCOL', 'locking protocol', /locking protocol|a message of its own/],
  [26, 'SQLITE_NOTADB', 'file is not a database', /damaged/],
];

describe.each(CODES)('%i, %s', (code, name, message, shown) => {
  test('is found in the errors of each binding, extended codes too', () => {
    for (const cause of errorsOf(code, name, message)) expect(sqliteCode(cause)).toBe(code);
    expect(sqliteCode(Object.assign(new Error(message), { errcode: code | (7 << 8) }))).toBe(code);
    expect(sqliteCode(Object.assign(new Error(message), { code: `${name}_SNAPSHOT` }))).toBe(code);
  });

  test('is worth another try if somebody else holds what is needed', () => {
    for (const cause of errorsOf(code, name, message)) {
      expect(isBusy(cause)).toBe([5, 6, 15].includes(code));
    }
  });

  test('names the path and a remedy, and keeps the cause', () => {
    for (const cause of errorsOf(code, name, message)) {
      const made = sqliteFailure('write to', '/srv/bank', cause);
      expect(made).toMatchObject(error(UNKNOWN_ERROR, shown));
      expect(made.message).toMatch(/^Cannot write to sqlite storage \/srv\/bank: /);
      const below = made.cause as Error;
      expect(below === cause || below.cause === cause).toBe(true);
    }
  });
});

test.each<readonly [string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['text', 'database is locked'],
  ['an error of somebody else with the same words', new Error('database is locked')],
  ['one of the file system', Object.assign(new Error('database is locked'), { code: 'EACCES' })],
  ['one of a code that is not in the list', Object.assign(new Error('x'), { code: 'SQLITE_NOMEM' })],
])('%s is no error of SQLite that is known', (_, cause) => {
  expect(sqliteCode(cause)).toBe(undefined);
  expect(isBusy(cause)).toBe(false);
});

test('what the file system refuses has its own remedy, and a PowerAuthError is returned unchanged', () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' });
  expect(sqliteFailure('open', '/srv/bank', full).message).toMatch(/the volume is full/);
  const cause = failure(WRONG_PARAMETER, 'message');
  expect(sqliteFailure('open', '/srv/bank', cause)).toBe(cause);
});

test('content that no store has is reported like a damaged file', () => {
  const cause = damagedStore('a slot of no record');
  expect(cause.message).toBe('a slot of no record');
  expect(sqliteFailure('read', '/srv/bank', cause).message).toMatch(/the file is damaged; restore it/);
});

test('an unusable file says what was found and what to do', () => {
  expect(unusableFile('/srv/bank', 'a newer version', 'update the package')).toMatchObject(
    error(UNKNOWN_ERROR, /^Cannot open sqlite storage \/srv\/bank: a newer version; update the package$/),
  );
});
