import { describe, expect, onTestFinished, test } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import {
  assertKey,
  assertPrefix,
  closedError,
  copyOfValue,
  lostLockError,
  MAX_KEY_LENGTH,
  notify,
} from '../../../src/storage/driver/checks.ts';
import { isInstance } from '../../../src/util/instance.ts';
import { error } from '../../helpers/error.ts';
import { NO_INSTANCES, NO_STRINGS, ODD_NAMES, type NamedValue } from '../../helpers/wrong-values.ts';

const { INVALID_NATIVE_OBJECT, OPERATION_CANCELED, WRONG_PARAMETER } = PowerAuthErrorCode;
const LONGEST = 'x'.repeat(MAX_KEY_LENGTH);

describe('assertKey', () => {
  test.each([...ODD_NAMES.filter((name) => name.length <= MAX_KEY_LENGTH), LONGEST])(
    'takes %j, which is a string',
    (key) => {
      assertKey(key);
      assertPrefix(key);
    },
  );

  test.each<NamedValue>([...NO_STRINGS, ['the empty string', ''], ['one that is too long', `${LONGEST}x`]])(
    'refuses %s by field, expected and received',
    (_, key) => {
      expect(() => assertKey(key)).toThrow(
        expect.objectContaining(
          error(WRONG_PARAMETER, /^key: expected a string of 1 to 512 UTF-16 units, got (?!$)/),
        ),
      );
      expect(() => assertKey(key, 'lock name')).toThrow(/^lock name: expected/);
    },
  );

  test('shows nothing of a key that it refuses', () => {
    expect(() => assertKey('geheim'.repeat(100))).toThrow(/got a string of 600 characters$/);
  });
});

test('assertPrefix takes the empty string, and refuses anything that is not a key under its own name', () => {
  assertPrefix('');
  for (const [name, prefix] of [...NO_STRINGS, ['too long', `${LONGEST}x`] as const]) {
    expect(() => assertPrefix(prefix), name).toThrow(
      expect.objectContaining(error(WRONG_PARAMETER, /^prefix: expected a string/)),
    );
  }
});

describe('copyOfValue', () => {
  test('copies bytes: those of a view, of a Buffer in a pool, and of shared memory', () => {
    const buffer = Uint8Array.of(1, 2, 3, 4);
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    shared.set([2, 3]);
    for (const value of [buffer.subarray(1, 3), Buffer.from([2, 3]), shared]) {
      const copy = copyOfValue(value);
      expect(copy).toEqual(Uint8Array.of(2, 3));
      expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
      expect(copy.buffer.byteLength).toBe(2);
      value.fill(9);
      expect(copy).toEqual(Uint8Array.of(2, 3));
    }
    expect(copyOfValue(new Uint8Array())).toEqual(new Uint8Array());
  });

  test.each<NamedValue>([
    ...NO_INSTANCES.filter(([, value]) => !isInstance(value, Uint8Array)),
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['another view', new Uint16Array(2)],
    ['a proxy of bytes', new Proxy(new Uint8Array(2), {})],
    ['an object that only inherits from bytes', Object.create(Uint8Array.prototype)],
  ])('refuses %s', (_, value) => {
    expect(() => copyOfValue(value)).toThrow(
      expect.objectContaining(error(WRONG_PARAMETER, /^value: expected a Uint8Array, got (?!$)/)),
    );
  });
});

test('errors name the storage, and the lock in quotes', () => {
  expect(closedError('sqlite')).toMatchObject(
    error(INVALID_NATIVE_OBJECT, /^This sqlite storage was closed/),
  );
  expect(lostLockError('a"b')).toMatchObject(error(OPERATION_CANCELED, /^Lock "a\\"b" was lost/));
});

test('a subscriber is called after the call that changed something; its error is nobody else’s', async () => {
  const uncaught: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (cause) => uncaught.push(cause));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  const told: number[] = [];
  const cause = new Error('of the subscriber');
  notify(() => {
    throw cause;
  }, 1);
  notify((change) => told.push(change), 2);
  expect(told).toEqual([]);
  await new Promise(setImmediate);
  expect(told).toEqual([2]);
  expect(uncaught).toEqual([cause]);
});
