import { expect, onTestFinished, test, vi } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../../src/errors.ts';
import {
  assertBrowserStorage,
  databaseFailure,
  deletedDatabase,
  notOpened,
} from '../../../src/storage/localforage/failure.ts';
import { error } from '../../helpers/error.ts';

const { UNKNOWN_ERROR, WRONG_PARAMETER } = PowerAuthErrorCode;

test.each([
  ['QuotaExceededError', /full.*navigator\.storage\.persist\(\)$/],
  ['SecurityError', /the browser forbids it/],
  ['InvalidStateError', /the connection was closed/],
  ['DataCloneError', /sealingKey/],
  ['VersionError', /newer version.*reload the page$/],
])('%s names what failed, the database and a remedy, and keeps the cause', (name, remedy) => {
  const cause = new DOMException('of the browser', name);
  const shown = databaseFailure('open', 'my "bank"', cause);
  expect(shown).toMatchObject({ ...error(UNKNOWN_ERROR, remedy), cause });
  expect(shown.message).toMatch(/^Cannot open IndexedDB database "my \\"bank\\"": /);
  expect(shown.message).not.toContain('of the browser');
});

test.each<readonly [string, unknown, string]>([
  ['an error without a remedy', new DOMException('odd', 'DataError'), 'DataError odd'],
  ['a name of Object.prototype', { name: 'constructor', message: 'odd' }, 'constructor odd'],
  ['text', 'thrown text', ' thrown text'],
  ['undefined', undefined, ' undefined'],
  ['null', null, ' null'],
])('of %s, its own reason is said', (_, cause, reason) => {
  expect(databaseFailure('read', 'bank', cause).message).toBe(
    `Cannot read IndexedDB database "bank": ${reason}`,
  );
});

test('a PowerAuthError is returned unchanged', () => {
  const cause = failure(WRONG_PARAMETER, 'message');
  expect(databaseFailure('read', 'bank', cause)).toBe(cause);
});

test('a database that did not open says how long it was waited for, in seconds', () => {
  expect(notOpened('bank', 2500)).toMatchObject(
    error(UNKNOWN_ERROR, /^Cannot open IndexedDB database "bank": nothing happened for 2\.5 s/),
  );
  expect(deletedDatabase('bank')).toMatchObject(
    error(UNKNOWN_ERROR, /^IndexedDB database "bank" was deleted while it was in use/),
  );
});

test.each([
  ['IndexedDB', 'indexedDB', undefined],
  ['Web Locks', 'navigator', {}],
  ['Web Locks', 'navigator', undefined],
  ['BroadcastChannel', 'BroadcastChannel', undefined],
])('a runtime without %s is told so, and what to do', (title, name, value) => {
  const whole = { indexedDB: {}, navigator: { locks: {} }, BroadcastChannel: class {} };
  for (const [global, stub] of Object.entries({ ...whole, [name]: value })) vi.stubGlobal(global, stub);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(assertBrowserStorage).toThrow(
    expect.objectContaining(
      error(UNKNOWN_ERROR, new RegExp(`^The localforage storage needs ${title},.* HTTPS`)),
    ),
  );
  for (const [global, stub] of Object.entries(whole)) vi.stubGlobal(global, stub);
  assertBrowserStorage();
});
