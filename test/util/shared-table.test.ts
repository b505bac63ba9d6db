import { expect, test, vi } from 'vitest';
import { SharedTable } from '../../src/util/shared-table.ts';

const tableOf = (): SharedTable<string, object> => new SharedTable<string, object>();

test('makes a value for the first user only, and gives it to the others', () => {
  const table = tableOf();
  const make = vi.fn(() => ({}));
  const value = table.take('a', make);
  expect(table.take('a', make)).toBe(value);
  expect(table.take('b', make)).not.toBe(value);
  expect(make).toHaveBeenCalledTimes(2);
  expect(table.size).toBe(2);
});

test('an entry goes with its last user, who is told, and the next one gets another value', () => {
  const table = tableOf();
  const make = () => ({});
  const value = table.take('a', make);
  table.take('a', make);
  expect(table.release('a', value)).toBe(false);
  expect(table.take('a', make)).toBe(value);
  expect([table.release('a', value), table.release('a', value)]).toEqual([false, true]);
  expect(table.size).toBe(0);
  expect(table.take('a', make)).not.toBe(value);
});

test('giving back once too often, or something else, takes nothing from others', () => {
  const table = tableOf();
  const old = table.take('a', () => ({}));
  expect(table.release('a', old)).toBe(true);
  expect(table.release('a', old)).toBe(false);
  const value = table.take('a', () => ({}));
  expect(table.release('a', old)).toBe(false);
  expect(table.release('a', {})).toBe(false);
  expect(table.size).toBe(1);
  expect(table.release('a', value)).toBe(true);
});

test('what was dropped has a successor, which the users of the first one do not touch', () => {
  const table = tableOf();
  const first = table.take('a', () => ({}));
  table.drop('a', first);
  expect(table.size).toBe(0);
  const second = table.take('a', () => ({}));
  expect(second).not.toBe(first);
  table.drop('a', first);
  expect(table.release('a', first)).toBe(false);
  expect(table.take('a', () => ({}))).toBe(second);
});

test('a value that cannot be made leaves no entry', () => {
  const table = tableOf();
  const cause = new Error('cannot be made');
  expect(() =>
    table.take('a', () => {
      throw cause;
    }),
  ).toThrow(cause);
  expect(table.size).toBe(0);
});
