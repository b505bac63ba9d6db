import { expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthActivationCodeUtil,
  PowerAuthDebug,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthPassphraseMeter,
  PowerAuthPassword,
} from '../../src/index.ts';
import { buildActivation } from '../../src/model/power-auth-activation.ts';
import { buildClientConfiguration } from '../../src/model/power-auth-client-configuration.ts';
import { buildConfiguration } from '../../src/model/power-auth-configuration.ts';
import { assertIndex, describe as describeValue } from '../../src/util/validate.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

test('a secret that is given as a number is in no message', async () => {
  const pin = 73_921_846;
  const wrongPin = await rejection(PowerAuthPassphraseMeter.testPin(pin as unknown as string));
  expect(wrongPin.code).toBe(PowerAuthErrorCode.WRONG_PARAMETER);
  expect(wrongPin.message).not.toContain(String(pin));

  const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'test');
  activation.additionalActivationOtp = pin as unknown as string;
  const basicHttpAuthentication = { username: 'app', password: pin as unknown as string };
  for (const refused of [
    () => buildActivation(activation),
    () => buildClientConfiguration({ basicHttpAuthentication }),
  ]) {
    expect(refused).toThrow(expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /a number/)));
    expect(refused).not.toThrow(String(pin));
  }
});

test('a number that will not do where one is expected is in the message', () => {
  expect(() => buildClientConfiguration({ connectionTimeout: -3 })).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /connectionTimeout: .*got -3$/)),
  );
  expect(() => new PowerAuthPassword(true, undefined, undefined, 2 ** 31)).toThrow(/got 2147483648$/);
  expect(() => assertIndex(0.5, 'index')).toThrow(/got 0.5$/);
  expect(() => buildClientConfiguration({ connectionTimeout: 'secret' as unknown as number })).toThrow(
    /got a string of 6 characters$/,
  );
  expect(() => buildClientConfiguration({ readTimeout: NaN })).toThrow(/got NaN$/);
});

test('a value that throws when it is looked at is described all the same', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  for (const [value, description] of [
    [proxy, 'an object that throws'],
    [Object.create(Uint8Array.prototype), 'an object'],
    [detached, '0 bytes'],
    [new DataView(new ArrayBuffer(32)), '32 bytes that are no Uint8Array'],
    [-1, 'a negative number'],
    [NaN, 'NaN'],
  ] as const) {
    expect(describeValue(value)).toBe(description);
    expect(() => new PowerAuthPassword(value as boolean)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER)),
    );
    const parsed = PowerAuthActivationCodeUtil.parseActivationCode(value as string);
    expect((await rejection(parsed)).code).toBe(PowerAuthErrorCode.WRONG_PARAMETER);
  }
});

test('an error that throws when it is read can be the cause of another one', () => {
  const evil = Object.defineProperty(new Error(), 'message', {
    get: () => {
      throw new RangeError('a trap');
    },
  });
  const wrapped = new PowerAuthError(evil);
  expect(wrapped.code).toBe(PowerAuthErrorCode.UNKNOWN_ERROR);
  expect(wrapped.print()).toContain('UNKNOWN_ERROR');
  expect(PowerAuthDebug.describeError(evil)).toBe('an object that has no text');
});

test('of a member that is missing the message says what it should be', () => {
  const configuration = { applicationKey: 'AAECAwQFBgcICQoLDA0ODw==' };
  expect(() => buildConfiguration(configuration as never)).toThrow(
    'configuration.applicationSecret: expected Base64 of 16 bytes, got undefined',
  );
  expect(() => buildClientConfiguration({ basicHttpAuthentication: { username: 'app' } as never })).toThrow(
    /^clientConfiguration\.basicHttpAuthentication\.password: expected a string.*, got undefined$/,
  );
});
