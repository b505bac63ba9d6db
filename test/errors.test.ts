import { describe, expect, test } from 'vitest';
import { PowerAuthError, PowerAuthErrorCode } from '../src/index.ts';
import { NO_INSTANCES } from './helpers/wrong-values.ts';

describe('PowerAuthError', () => {
  test('is an Error with the fields of the React Native SDK', () => {
    const below = new Error('below');
    const errorData = { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION', responseBody: '{}' };
    const thrown = new PowerAuthError(below, 'message', PowerAuthErrorCode.RESPONSE_ERROR, errorData);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toBeInstanceOf(PowerAuthError);
    expect(thrown.name).toBe('PowerAuthError');
    expect(thrown.message).toBe('message');
    expect(thrown.code).toBe('RESPONSE_ERROR');
    expect(thrown.errorData).toEqual(errorData);
    expect(thrown.originalException).toBe(below);
    expect(thrown.cause).toBe(below);
    expect(thrown.stack).toContain('errors.test');
    expect(thrown.print()).toBe(
      'PowerAuthError RESPONSE_ERROR: message (400 ERR_ACTIVATION); cause: Error: below',
    );
  });

  test('takes from the error below what it is not given', () => {
    const below = new PowerAuthError(undefined, 'No connection', PowerAuthErrorCode.NETWORK_ERROR, {
      httpStatusCode: 502,
    });
    expect(new PowerAuthError(below)).toMatchObject({
      message: 'No connection',
      code: 'NETWORK_ERROR',
      errorData: { httpStatusCode: 502 },
      originalException: below,
    });
    expect(new PowerAuthError(below, 'of the app')).toMatchObject({
      message: 'of the app',
      code: 'NETWORK_ERROR',
    });
    expect(new PowerAuthError(new Error('below'))).toMatchObject({ message: 'below', code: 'UNKNOWN_ERROR' });
  });

  test('takes the same from an object, as it comes from a worker or a native module', () => {
    const errorData = { httpStatusCode: 400 };
    const sent = structuredClone({ code: 'RESPONSE_ERROR', message: 'below', errorData });
    expect(new PowerAuthError(sent)).toMatchObject(sent);
    const native = { code: 'RESPONSE_ERROR', message: 'below', userInfo: errorData };
    expect(new PowerAuthError(native)).toMatchObject(sent);
    const foreign = Object.assign(new Error('below'), { code: 'ENOENT' });
    expect(new PowerAuthError(foreign)).toMatchObject({ message: 'below', code: 'UNKNOWN_ERROR' });
    expect(new PowerAuthError({ code: 'toString', message: 5 })).toMatchObject({ message: 'UNKNOWN_ERROR' });
  });

  test('needs nothing', () => {
    for (const nothing of [undefined, null]) {
      const thrown = new PowerAuthError(nothing);
      expect(thrown).toMatchObject({ message: 'UNKNOWN_ERROR', code: 'UNKNOWN_ERROR' });
      expect(thrown.errorData).toBeUndefined();
      expect(thrown.originalException).toBeUndefined();
      expect('cause' in thrown).toBe(false);
      expect(thrown.print()).toBe('PowerAuthError UNKNOWN_ERROR: UNKNOWN_ERROR');
    }
    expect(new PowerAuthError(undefined, undefined, PowerAuthErrorCode.SIGNATURE_ERROR).message).toBe(
      'SIGNATURE_ERROR',
    );
  });

  test.each(NO_INSTANCES)('takes %s for an exception, and prints', (_, exception) => {
    const thrown = new PowerAuthError(exception, 'message', PowerAuthErrorCode.UNKNOWN_ERROR);
    expect(thrown.originalException).toBe(exception ?? undefined);
    expect(thrown.print()).toContain('PowerAuthError UNKNOWN_ERROR: message');
  });
});

test('each code is called what it is', () => {
  for (const [name, value] of Object.entries(PowerAuthErrorCode)) expect(value).toBe(name);
  expect(Object.keys(PowerAuthErrorCode)).toHaveLength(39);
});
