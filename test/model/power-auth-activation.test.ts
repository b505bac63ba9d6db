import { describe, expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthErrorCode } from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { expectNothingLeft, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_INSTANCES, NO_STRINGS } from '../helpers/wrong-values.ts';

describe('createActivation refuses', () => {
  const { INVALID_ACTIVATION_OBJECT, INVALID_ACTIVATION_DATA, INVALID_RECOVERY_CODE, WRONG_PARAMETER } =
    PowerAuthErrorCode;
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const CODE = 'VVVVV-VVVVV-VVVVV-VTFVA';
  const byCode = (change: object) =>
    Object.assign(PowerAuthActivation.createWithActivationCode(CODE, 'test'), change);
  const custom = (attributes: unknown) =>
    PowerAuthActivation.createWithIdentityAttributes(attributes, 'test');

  test.each<readonly [string, unknown, PowerAuthErrorCode]>([
    ...NO_INSTANCES.map(
      ([name, value]) => [`${name} as activation`, value, INVALID_ACTIVATION_OBJECT] as const,
    ),
    ...NO_STRINGS.map(
      ([name, value]) =>
        [`${name} as code`, byCode({ activationCode: value }), INVALID_ACTIVATION_OBJECT] as const,
    ),
    ...NO_STRINGS.map(
      ([name, value]) => [`${name} as name`, byCode({ activationName: value }), WRONG_PARAMETER] as const,
    ),
    ...NO_STRINGS.filter(([, value]) => value !== undefined && value !== null).flatMap(([name, value]) => [
      [`${name} as extras`, byCode({ extras: value }), WRONG_PARAMETER] as const,
      [`${name} as OTP`, byCode({ additionalActivationOtp: value }), WRONG_PARAMETER] as const,
    ]),
    ...NO_STRINGS.map(
      ([name, value]) =>
        [
          `${name} as PUK`,
          Object.assign(PowerAuthActivation.createWithRecoveryCode(CODE, '', 'test'), { recoveryPuk: value }),
          INVALID_ACTIVATION_OBJECT,
        ] as const,
    ),
    ...[
      '',
      '123',
      '01234567890',
      '012345678x',
      '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669',
    ].map(
      (puk) =>
        [
          `"${puk}" as PUK`,
          PowerAuthActivation.createWithRecoveryCode(CODE, puk, 'test'),
          INVALID_RECOVERY_CODE,
        ] as const,
    ),
    ...['', 'R:', 'r:VVVVV-VVVVV-VVVVV-VTFVA', 'VVVVV-VVVVV-VVVVV-VTFVB', `${CODE}#AAAA`].map(
      (code) =>
        [
          `"${code}" as recovery code`,
          PowerAuthActivation.createWithRecoveryCode(code, '0123456789', 'test'),
          INVALID_RECOVERY_CODE,
        ] as const,
    ),
    ['no identity attributes', custom({}), INVALID_ACTIVATION_DATA],
    ['a Map of identity attributes', custom(new Map([['a', 'b']])), INVALID_ACTIVATION_DATA],
    ['text as identity attributes', custom('alice'), INVALID_ACTIVATION_OBJECT],
    ['null as identity attributes', custom(null), INVALID_ACTIVATION_OBJECT],
    ['an array of identity attributes', custom(['alice']), WRONG_PARAMETER],
    ['a cycle as identity attributes', custom(cycle), WRONG_PARAMETER],
    ['a bigint among identity attributes', custom({ a: 1n }), WRONG_PARAMETER],
    ['text as custom attributes', byCode({ customAttributes: 'x' }), WRONG_PARAMETER],
    ['a cycle as custom attributes', byCode({ customAttributes: cycle }), WRONG_PARAMETER],
    [
      'custom attributes that throw',
      byCode({
        customAttributes: {
          toJSON: () => {
            throw new Error('trap');
          },
        },
      }),
      WRONG_PARAMETER,
    ],
  ])('%s', async (_, activation, code) => {
    const server = await testServer();
    const storage = memoryStorage();
    const powerAuth = await testClient(server, { storage });
    await expect(powerAuth.createActivation(activation as PowerAuthActivation)).rejects.toMatchObject(
      error(code),
    );
    expect(server.requests).toHaveLength(0);
    await expectNothingLeft(powerAuth, storage);
  });
});
