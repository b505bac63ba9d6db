import { expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import { updateUntilDone } from '../../../src/storage/driver/updates.ts';
import { error } from '../../helpers/error.ts';

const ONE = Uint8Array.of(1);

test('reads, changes and replaces what was read, and returns a copy of the new value', async () => {
  const current = Uint8Array.of(5);
  const given = Uint8Array.of(6);
  const replace = vi.fn(() => true);
  const next = await updateUntilDone(
    (value) => {
      expect(value).toEqual(Uint8Array.of(5));
      return given;
    },
    () => current,
    replace,
  );
  expect(replace.mock.calls).toEqual([[current, Uint8Array.of(6)]]);
  expect(next).toEqual(given);
  expect(next).not.toBe(given);
});

test('what the change does to the value that it is given, or later to its own, changes nothing', async () => {
  const given = Uint8Array.of(6);
  const replaced: unknown[][] = [];
  const result = await updateUntilDone(
    (value) => {
      value?.fill(0);
      return given;
    },
    () => Uint8Array.of(5),
    (...values) => {
      given.fill(0);
      replaced.push(values);
      return true;
    },
  );
  expect(replaced).toEqual([[Uint8Array.of(5), Uint8Array.of(6)]]);
  expect(result).toEqual(Uint8Array.of(6));
});

test('begins again with what is there by then, as often as somebody else has written', async () => {
  const values = [undefined, Uint8Array.of(1), Uint8Array.of(2)] as const;
  let reads = 0;
  const seen: unknown[] = [];
  const result = await updateUntilDone(
    (value) => {
      seen.push(value);
      return Promise.resolve(Uint8Array.of((value?.[0] ?? 0) + 10));
    },
    () => values[reads++],
    () => Promise.resolve(reads === 3),
  );
  expect(seen).toEqual([...values]);
  expect(result).toEqual(Uint8Array.of(12));
});

test('undefined removes, and is replaced like any other value', async () => {
  const replace = vi.fn(() => true);
  expect(
    await updateUntilDone(
      () => undefined,
      () => ONE,
      replace,
    ),
  ).toBe(undefined);
  expect(replace.mock.calls).toEqual([[ONE, undefined]]);
});

test('a change that fails, or returns no bytes, writes nothing', async () => {
  const replace = vi.fn(() => true);
  const cause = new Error('of the change');
  const failing = () => {
    throw cause;
  };
  await expect(updateUntilDone(failing, () => ONE, replace)).rejects.toBe(cause);
  await expect(
    updateUntilDone(
      () => 'text' as never,
      () => ONE,
      replace,
    ),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER, /^value: expected a Uint8Array/));
  expect(replace).not.toHaveBeenCalled();
});

test('a medium that fails ends it', async () => {
  const cause = new Error('of the disk');
  const change = vi.fn(() => ONE);
  await expect(
    updateUntilDone(
      change,
      () => Promise.reject(cause),
      () => true,
    ),
  ).rejects.toBe(cause);
  expect(change).not.toHaveBeenCalled();
  await expect(
    updateUntilDone(
      change,
      () => ONE,
      () => Promise.reject(cause),
    ),
  ).rejects.toBe(cause);
  expect(change).toHaveBeenCalledOnce();
});
