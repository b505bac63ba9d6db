import { expect, test } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../src/errors.ts';
import { guard } from '../../src/power-auth/guard.ts';
import { onSession } from '../../src/power-auth/on-session.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';
import { throwing } from '../helpers/wrong-values.ts';

const { INSTANCE_NOT_CONFIGURED, UNKNOWN_ERROR, WRONG_PARAMETER } = PowerAuthErrorCode;

test('returns what the work does, a promise or not', async () => {
  await expect(guard(() => 5)).resolves.toBe(5);
  await expect(guard(() => Promise.resolve('x'))).resolves.toBe('x');
});

test('begins at once, so that parameters are read before the call returns', () => {
  let begun = false;
  void guard(() => {
    begun = true;
  });
  expect(begun).toBe(true);
});

test('a PowerAuthError is passed on as it is', async () => {
  const cause = failure(WRONG_PARAMETER, 'message');
  await expect(guard(() => Promise.reject(cause))).rejects.toBe(cause);
  await expect(
    guard(() => {
      throw cause;
    }),
  ).rejects.toBe(cause);
});

test.each<readonly [string, unknown]>([
  ['an error', new TypeError('below')],
  ['text', 'below'],
  ['undefined', undefined],
  ['an object that throws when it is looked at', throwing({})],
])('%s becomes a PowerAuthError with it below, thrown or rejected', async (_, cause) => {
  const thrown = await rejection(
    guard(() => {
      throw cause;
    }),
  );
  const rejected = await rejection(
    guard(async () => {
      await Promise.resolve();
      throw cause;
    }),
  );
  for (const shown of [thrown, rejected]) {
    expect(shown).toMatchObject(error(UNKNOWN_ERROR, /see cause/));
    expect(shown.cause === cause).toBe(true);
  }
});

test('an instance that was not configured has no session, and the work does not begin', async () => {
  let begun = false;
  const call = onSession('on-session: nobody', () => {
    begun = true;
  });
  await expect(call).rejects.toMatchObject(error(INSTANCE_NOT_CONFIGURED));
  expect(begun).toBe(false);
});
