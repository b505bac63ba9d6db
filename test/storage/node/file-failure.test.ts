import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../../src/errors.ts';
import { fileFailure } from '../../../src/storage/node/file-failure.ts';
import { error } from '../../helpers/error.ts';
import { rejection } from '../../helpers/storage.ts';

const { UNKNOWN_ERROR, WRONG_PARAMETER } = PowerAuthErrorCode;
const PATH = '/srv/bank/powerauth';

test.each([
  ['ENOSPC', /the volume is full/],
  ['EDQUOT', /quota/],
  ['EACCES', /no permission/],
  ['EPERM', /no permission/],
  ['EROFS', /read-only/],
  ['ENOTDIR', /a part of the path is a file/],
  ['EEXIST', /a part of the path is a file/],
  ['ENOENT', /look at the path/],
  ['EISDIR', /got a folder/],
  ['EMFILE', /ulimit -n/],
  ['ENFILE', /too many open files/],
  ['EIO', /disk/],
  ['DAMAGED', /restore it from a backup/],
])('%s names what failed, the path and a remedy, and keeps the cause', (code, remedy) => {
  const cause = Object.assign(new Error('of the system'), { code });
  const shown = fileFailure('open sqlite storage', PATH, cause);
  expect(shown).toMatchObject({ ...error(UNKNOWN_ERROR, remedy), cause });
  expect(shown.message).toMatch(/^Cannot open sqlite storage \/srv\/bank\/powerauth: /);
  expect(shown.message).not.toContain('of the system');
});

test('what the system really says is recognised', async () => {
  const cause = await rejection(readFile('/nowhere/at/all'));
  expect(fileFailure('read', '/nowhere/at/all', cause).message).toMatch(/: there is none; look at the path$/);
});

test.each<readonly [string, unknown, string]>([
  ['a code without a remedy', Object.assign(new Error('odd'), { code: 'EODD' }), 'odd'],
  ['a code of Object.prototype', Object.assign(new Error('odd'), { code: 'toString' }), 'odd'],
  ['a code that is no text', Object.assign(new Error('odd'), { code: 5 }), 'odd'],
  ['an error without a code', new Error('plain'), 'plain'],
  ['text', 'thrown text', 'thrown text'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
])('of %s, its own reason is said', (_, cause, reason) => {
  expect(fileFailure('read', PATH, cause)).toMatchObject(
    error(UNKNOWN_ERROR, new RegExp(`^Cannot read ${PATH}: ${reason}$`)),
  );
});

test('a PowerAuthError is returned unchanged', () => {
  const cause = failure(WRONG_PARAMETER, 'message');
  expect(fileFailure('read', PATH, cause)).toBe(cause);
});
