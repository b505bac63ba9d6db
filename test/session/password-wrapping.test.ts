import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  assertPasswordLength,
  MINIMAL_PASSWORD_LENGTH,
  unwrapWithPassword,
  wrapUnderPassword,
} from '../../src/session/password-wrapping.ts';
import { utf8, wipe } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';

const ITERATIONS = 1000;
const PASSWORD = utf8('correct horse');
const KEY = Uint8Array.from(randomBytes(16));

test('a key comes back with its password, and another one with another', async () => {
  const wrapped = await wrapUnderPassword(KEY, PASSWORD, ITERATIONS);
  expect(wrapped).toMatchObject({ hash: 'SHA-256', iterations: ITERATIONS });
  expect([wrapped.salt.length, wrapped.passwordId.length, wrapped.wrappedKey.length]).toEqual([16, 16, 16]);
  expect(await unwrapWithPassword(wrapped, PASSWORD)).toEqual(KEY);
  const wrong = await unwrapWithPassword(wrapped, utf8('correct horsf'));
  expect(wrong).toHaveLength(16);
  expect(wrong).not.toEqual(KEY);
});

test('each wrapping has its own salt and id, unless the password stays', async () => {
  const one = await wrapUnderPassword(KEY, PASSWORD, ITERATIONS);
  const two = await wrapUnderPassword(KEY, PASSWORD, ITERATIONS);
  const same = await wrapUnderPassword(KEY, PASSWORD, ITERATIONS, one.passwordId);
  expect(new Set([one, two, same].map(({ salt }) => Buffer.from(salt).toString('hex'))).size).toBe(3);
  expect(two.passwordId).not.toEqual(one.passwordId);
  expect(same.passwordId).toEqual(one.passwordId);
  expect(await unwrapWithPassword(same, PASSWORD)).toEqual(KEY);
});

test('what the caller wipes during the stretching of the password is neither stored nor lost', async () => {
  const key = KEY.slice();
  const wrapping = wrapUnderPassword(key, PASSWORD, ITERATIONS);
  wipe(key);
  await expect(wrapping).rejects.toMatchObject(
    error(PowerAuthErrorCode.UNKNOWN_ERROR, /^knowledge factor key: .*wiped/),
  );
  const wrapped = await wrapUnderPassword(KEY, PASSWORD, ITERATIONS);
  const unwrapping = unwrapWithPassword(wrapped, PASSWORD);
  wipe(wrapped.wrappedKey);
  expect(await unwrapping).toEqual(KEY);
});

test('the shortest password has 4 bytes, and the error says nothing of a shorter one', () => {
  expect(MINIMAL_PASSWORD_LENGTH).toBe(4);
  assertPasswordLength(utf8('1234'), 'password', PowerAuthErrorCode.SIGNATURE_ERROR);
  // Two bytes each.
  assertPasswordLength(utf8('žž'), 'password', PowerAuthErrorCode.SIGNATURE_ERROR);
  for (const short of ['', '123']) {
    expect(() =>
      assertPasswordLength(utf8(short), 'newPassword', PowerAuthErrorCode.WRONG_PARAMETER),
    ).toThrow(
      expect.objectContaining(
        error(
          PowerAuthErrorCode.WRONG_PARAMETER,
          /^newPassword: expected at least 4 bytes in UTF-8, got fewer$/,
        ),
      ),
    );
  }
});
