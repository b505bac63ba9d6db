import { expect, test, vi } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../src/errors.ts';
import { deconfigured, lostLock, throwIfLost, unlessAborted } from '../../src/util/abort.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

const { OPERATION_CANCELED, UNKNOWN_ERROR } = PowerAuthErrorCode;

test('a lost lock has the error that the storage gives as the reason', () => {
  const reason = failure(UNKNOWN_ERROR, 'The disk is gone');
  expect(lostLock(AbortSignal.abort(reason))).toBe(reason);
});

test.each([
  ['an error', new Error('of a driver')],
  ['text', 'stolen'],
  ['nothing', undefined],
])('a lost lock whose reason is %s is an OPERATION_CANCELED with it below', (_, reason) => {
  const signal = AbortSignal.abort(reason);
  expect(lostLock(signal)).toMatchObject(error(OPERATION_CANCELED, /lock of the storage was lost/));
  expect(lostLock(signal).cause).toBe(signal.reason);
});

test('the end of an instance is an OPERATION_CANCELED, with or without a cause', () => {
  const cause = new Error('below');
  expect(deconfigured(cause)).toMatchObject({ ...error(OPERATION_CANCELED, /deconfigured/), cause });
  expect('cause' in deconfigured()).toBe(false);
});

test('a lock is lost when its signal says so, or when the storage does, who is asked only then', async () => {
  const held = vi.fn(() => Promise.resolve(true));
  const { signal } = new AbortController();
  await throwIfLost({ signal });
  await throwIfLost({ signal, isHeld: held });
  expect(held).toHaveBeenCalledOnce();
  await expect(throwIfLost({ signal, isHeld: () => Promise.resolve(false) })).rejects.toMatchObject(
    error(OPERATION_CANCELED),
  );
  const reason = failure(UNKNOWN_ERROR, 'gone');
  const asked = vi.fn(() => Promise.resolve(true));
  await expect(throwIfLost({ signal: AbortSignal.abort(reason), isHeld: asked })).rejects.toBe(reason);
  expect(asked).not.toHaveBeenCalled();
});

test('a lock that the storage cannot be asked about is not taken for held', async () => {
  const cause = new Error('no connection');
  const { signal } = new AbortController();
  await expect(throwIfLost({ signal, isHeld: () => Promise.reject(cause) })).rejects.toBe(cause);
});

test('unlessAborted comes to what its promise does', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve(5), signal)).resolves.toBe(5);
  const reason = new Error('its own');
  await expect(unlessAborted(Promise.reject(reason), signal)).rejects.toBe(reason);
});

test('unlessAborted rejects with the reason, as it is, and nobody has to look at the promise any more', async () => {
  const ending = new AbortController();
  const work = deferred();
  const call = rejection(unlessAborted(work.promise, ending.signal));
  ending.abort('a reason that is text');
  expect(await call).toBe('a reason that is text');
  // An unhandled rejection would fail this run.
  work.reject(new Error('later'));
  await new Promise(setImmediate);
});

test('a signal that was aborted before wins even over work that is done', async () => {
  const reason = new Error('over');
  await expect(unlessAborted(Promise.resolve(5), AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('unlessAborted leaves no listener behind', async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  await unlessAborted(Promise.resolve(), signal);
  await rejection(unlessAborted(Promise.reject(new Error('its own')), signal));
  expect(added).toHaveBeenCalledTimes(2);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});
